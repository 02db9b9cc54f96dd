/**
 * Commands about the servers themselves.
 *
 * <p>One class per command. Run on the main thread.
 */
@NullMarked
package io.metastore.cli.cluster;

import org.jspecify.annotations.NullMarked;
