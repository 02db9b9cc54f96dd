/**
 * One class that replaces Ratis' own: {@link
 * org.apache.ratis.server.raftlog.segmented.BufferedWriteChannel}. It must have the same name, and
 * our jar must come before Ratis' on the class path. A test checks both, and that a newer Ratis
 * requires no other methods of the class.
 */
@NullMarked
package org.apache.ratis.server.raftlog.segmented;

import org.jspecify.annotations.NullMarked;
