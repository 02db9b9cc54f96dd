/**
 * Discovery of the members of a new cluster that {@code --initial-cluster} does not list.
 *
 * <p>Start at {@link io.metastore.server.discovery.EtcdDiscovery}, {@link
 * io.metastore.server.discovery.DnsDiscovery} and {@link
 * io.metastore.server.discovery.MulticastDiscovery}, whose decisions are made by {@link
 * io.metastore.server.discovery.Roster}. They block the main thread until the members are known.
 */
@NullMarked
package io.metastore.server.discovery;

import org.jspecify.annotations.NullMarked;
