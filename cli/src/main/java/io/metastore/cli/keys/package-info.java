/**
 * Commands about keys: reading, writing, listing, watching, transactions.
 *
 * <p>One class per command; {@link io.metastore.cli.keys.TxnText} reads the form that {@code txn}
 * takes. Run on the main thread, but for what watches tell.
 */
@NullMarked
package io.metastore.cli.keys;

import org.jspecify.annotations.NullMarked;
