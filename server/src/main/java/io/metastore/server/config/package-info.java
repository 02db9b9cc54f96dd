/**
 * Command line and environment, by etcd's rules, turned into one checked {@link
 * io.metastore.server.config.ServerConfig}.
 *
 * <p>Start at {@link io.metastore.server.config.Configuration}. A flag is one line in {@link
 * io.metastore.server.config.EtcdFlags}. Called once by the main thread; everything returned is
 * immutable. Nothing here touches files, sockets or the process's real environment; a name is
 * resolved only where two spellings of one address must be compared.
 */
@NullMarked
package io.metastore.server.config;

import org.jspecify.annotations.NullMarked;
