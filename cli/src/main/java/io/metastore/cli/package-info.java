/**
 * The command line of {@code bin/metastore}, except {@code serve}.
 *
 * <p>Start at {@link io.metastore.cli.Commands}. Each command is a class, in the package of its
 * subject. Nothing here depends on the server; everything goes through the client library.
 */
@NullMarked
package io.metastore.cli;

import org.jspecify.annotations.NullMarked;
