/**
 * The commands of {@code bin/metastore} that work on files instead of a running server, and the
 * program {@code etcdutl}.
 *
 * <p>Each class is one command. Commands run on the main thread, one per process.
 */
@NullMarked
package io.metastore.server.command;

import org.jspecify.annotations.NullMarked;
