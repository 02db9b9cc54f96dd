package io.metastore.core.api;

import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;

/**
 * The whole store at one moment. Safe for use by one thread at a time; holds disk space until
 * closed.
 */
public interface ReadView extends AutoCloseable {

  /** The store's revision at that moment. */
  long revision();

  /** {@link Outcome.Ranged} or {@link Outcome.Failed}. */
  Outcome range(Range range);

  /**
   * Evaluates a transaction that holds only ranges: {@link Outcome.TxnDone} or {@link
   * Outcome.Failed}.
   */
  Outcome readTxn(Txn txn);

  @Override
  void close();
}
