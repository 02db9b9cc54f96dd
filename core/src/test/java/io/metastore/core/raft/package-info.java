/** Tests of the guards around Ratis, with real servers where Ratis' own behaviour is the point. */
@NullMarked
package io.metastore.core.raft;

import org.jspecify.annotations.NullMarked;
