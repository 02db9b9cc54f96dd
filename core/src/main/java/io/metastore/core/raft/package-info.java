/**
 * The Raft group, based on Apache Ratis 3.2.2: replicates the log, and contains workarounds for
 * defects of this Ratis version.
 *
 * <p>Start at {@code RaftNode}; entries are applied to a {@code ReplicatedState}. Only this package
 * imports Ratis, plus the few classes of ours under {@code org.apache.ratis} that need
 * package-private access. So an upgrade of Ratis affects this package only: each workaround names
 * the defect and has a test that fails without it. Called by {@code core.node}; each class states
 * its threads.
 */
@NullMarked
package io.metastore.core.raft;

import org.jspecify.annotations.NullMarked;
