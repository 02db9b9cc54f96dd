/**
 * Classes that replace Ratis' own: {@link org.apache.ratis.util.AwaitToRun} and {@link
 * org.apache.ratis.util.JmxRegister}. They must have the same names, and our jar must come before
 * Ratis' on the class path. A test checks both.
 */
@NullMarked
package org.apache.ratis.util;

import org.jspecify.annotations.NullMarked;
