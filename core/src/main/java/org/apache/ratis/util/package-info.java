/**
 * Classes that replace Ratis' own: {@link org.apache.ratis.util.AwaitToRun}, {@link
 * org.apache.ratis.util.JmxRegister} and {@link org.apache.ratis.util.TimeoutTimer}. They must have
 * the same names, and our jar must come before Ratis' on the class path. Tests check both.
 */
@NullMarked
package org.apache.ratis.util;

import org.jspecify.annotations.NullMarked;
