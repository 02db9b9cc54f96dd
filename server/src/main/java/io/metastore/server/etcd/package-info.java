/**
 * Coming from etcd and going back, without a running server: imports etcd's database files and data
 * directories, and does the work of {@code etcdutl}.
 *
 * <p>Start at {@link io.metastore.server.etcd.EtcdImport}. Everything blocks; for the main thread
 * of a command, or of a server before it starts.
 */
@NullMarked
package io.metastore.server.etcd;

import org.jspecify.annotations.NullMarked;
