/** Tests of the leader's lease clock, with simulated time and proposals. */
@NullMarked
package io.metastore.core.lease;

import org.jspecify.annotations.NullMarked;
