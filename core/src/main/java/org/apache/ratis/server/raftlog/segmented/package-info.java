/**
 * One class that takes the place of Ratis' own: {@link
 * org.apache.ratis.server.raftlog.segmented.BufferedWriteChannel}, and a door into this package:
 * {@link org.apache.ratis.server.raftlog.segmented.CachedEntries}. The first has the same name as
 * Ratis' own, which the module "ratis" leaves out.
 */
@NullMarked
package org.apache.ratis.server.raftlog.segmented;

import org.jspecify.annotations.NullMarked;
