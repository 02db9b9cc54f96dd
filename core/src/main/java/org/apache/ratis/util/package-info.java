/**
 * One class that replaces Ratis' own: {@link org.apache.ratis.util.AwaitToRun}. It must have the
 * same name, and our jar must come before Ratis' on the class path. A test checks both.
 */
@NullMarked
package org.apache.ratis.util;

import org.jspecify.annotations.NullMarked;
