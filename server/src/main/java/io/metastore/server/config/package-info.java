/**
 * Parses and checks the configuration, by etcd's rules: command line, environment and configuration
 * file become one {@link io.metastore.server.config.ServerConfig}.
 *
 * <p>Start at {@link io.metastore.server.config.Configuration}. Each flag is one row of {@link
 * io.metastore.server.config.EtcdFlags}. Called once, by the main thread; all results are
 * immutable. Host names are resolved only where two spellings of one address must be compared.
 */
@NullMarked
package io.metastore.server.config;

import org.jspecify.annotations.NullMarked;
