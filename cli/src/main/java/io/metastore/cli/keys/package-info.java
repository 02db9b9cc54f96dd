/**
 * Commands for keys: reading, writing, listing, watching and transactions.
 *
 * <p>There is one class per command; {@link io.metastore.cli.keys.TxnText} parses the input of
 * {@code txn}. Commands run on the main thread; watch events arrive on a thread of the client
 * library.
 */
@NullMarked
package io.metastore.cli.keys;

import org.jspecify.annotations.NullMarked;
