/**
 * Tests of the workarounds for Ratis' defects, with real servers where Ratis' own behaviour
 * matters.
 */
@NullMarked
package io.metastore.core.raft;

import org.jspecify.annotations.NullMarked;
