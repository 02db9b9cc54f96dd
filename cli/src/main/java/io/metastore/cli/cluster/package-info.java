/**
 * Commands that administer servers and cluster membership.
 *
 * <p>There is one class per command. Commands run on the main thread.
 */
@NullMarked
package io.metastore.cli.cluster;

import org.jspecify.annotations.NullMarked;
