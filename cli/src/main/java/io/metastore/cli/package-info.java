/**
 * The command line: every word of {@code bin/metastore} but {@code serve}.
 *
 * <p>Start at {@link io.metastore.cli.Commands}. Each command is a class of its own, in the package
 * of what it is about. Nothing here knows the server; all goes through the client library.
 */
@NullMarked
package io.metastore.cli;

import org.jspecify.annotations.NullMarked;
