package io.metastore.core.api;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
   *
   * @param bytesMax of keys and values in the answer; above that it is {@link
   *     FailureCode#RESPONSE_TOO_LARGE}
   */
  Outcome readTxn(Txn txn, long bytesMax);

  /**
   * About how many bytes of keys and values the answer to a transaction would have if it ran now,
   * whichever branch is taken; of an answer that will be refused as too large, at least the limit.
   */
  long answerBytes(Txn txn);

  /** The queue of a lock, in order; empty if nobody wants it. */
  List<LockPlaceView> lockQueue(ByteString name);

  /** The place with this token in the queue of a lock, or null if there is none. */
  @Nullable LockPlaceView findLockPlace(ByteString name, long token);

  /**
   * The names of locks that have a place, in order.
   *
   * @param from the first name that may be among them
   * @param to the first that may not be any more; null for no bound
   */
  List<ByteString> lockNames(ByteString from, @Nullable ByteString to, int namesMax);

  /** Clients with an id greater than {@code afterId}, in order of their ids. */
  List<ClientView> clients(long afterId, int clientsMax);

  /** Whether every key that is attached to a lease matches; true for a lease without keys. */
  boolean allLeaseKeysMatch(long lease, Predicate<ByteString> condition);

  /** The znode tree. */
  TreeView tree();

  /** The alarms that are raised at that moment, by kind and member. */
  List<Alarm> alarms();

  /** Who may do what at that moment. */
  AccessRules access();

  @Override
  void close();
}
