/**
 * Finding the other members of a new cluster by IP multicast.
 *
 * <p>Start at {@link io.metastore.server.discovery.MulticastDiscovery}, which has a thread of its
 * own; {@link io.metastore.server.discovery.Roll} decides.
 */
@NullMarked
package io.metastore.server.discovery;

import org.jspecify.annotations.NullMarked;
