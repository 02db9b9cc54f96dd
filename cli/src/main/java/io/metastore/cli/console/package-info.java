/**
 * What all commands have in common: settings, exit codes, how answers and failures are shown.
 *
 * <p>Start at {@link io.metastore.cli.console.ClientCommand}. Commands run on the main thread;
 * {@link io.metastore.cli.console.Console} may be used from any.
 */
@NullMarked
package io.metastore.cli.console;

import org.jspecify.annotations.NullMarked;
