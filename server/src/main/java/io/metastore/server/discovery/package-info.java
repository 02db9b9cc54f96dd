/**
 * How the members of a new cluster find each other where {@code --initial-cluster} does not name
 * them.
 *
 * <p>Start at {@link io.metastore.server.discovery.EtcdDiscovery}, {@link
 * io.metastore.server.discovery.DnsDiscovery} and {@link
 * io.metastore.server.discovery.MulticastDiscovery}, for which {@link
 * io.metastore.server.discovery.Roll} decides. They block the main thread until the members are
 * known.
 */
@NullMarked
package io.metastore.server.discovery;

import org.jspecify.annotations.NullMarked;
