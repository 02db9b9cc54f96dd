/**
 * Classes that take the place of Ratis' own: {@link org.apache.ratis.util.AwaitToRun}, {@link
 * org.apache.ratis.util.JmxRegister} and {@link org.apache.ratis.util.TimeoutTimer}. They have the
 * same names; the module "ratis" leaves Ratis' own out.
 */
@NullMarked
package org.apache.ratis.util;

import org.jspecify.annotations.NullMarked;
