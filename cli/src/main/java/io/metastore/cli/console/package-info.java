/**
 * Code shared by all commands: options, exit codes, and the output of results and failures.
 *
 * <p>Start at {@link io.metastore.cli.console.ClientCommand}. Commands run on the main thread;
 * {@link io.metastore.cli.console.Console} may be used from any thread.
 */
@NullMarked
package io.metastore.cli.console;

import org.jspecify.annotations.NullMarked;
