/**
 * Keeps the members' logs equal: everything that knows Apache Ratis, and the guards against what
 * version 3.2.2 of it does not survive.
 *
 * <p>Start at {@code RaftNode}; {@code ReplicatedState} is what entries are applied to. Only this
 * package, and the two classes of ours under {@code org.apache.ratis} that reach what Ratis keeps
 * to itself, import Ratis, so an upgrade of it is decided here: each guard names the defect it is
 * for, and the test that fails without it. Called by {@code core.node}; each class says from which
 * threads.
 */
@NullMarked
package io.metastore.core.raft;

import org.jspecify.annotations.NullMarked;
