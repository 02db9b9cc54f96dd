package io.metastore.core.api;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The whole store at one revision. For use by one thread at a time; keeps disk space occupied until
 * closed.
 */
public interface ReadView extends AutoCloseable {

  /** The revision of this view. */
  long revision();

  /** Reads a range: {@link Outcome.Ranged} or {@link Outcome.Failed}. */
  Outcome range(Range range);

  /** Why a range cannot be read, or null if it can. */
  @Nullable Failure findRefusal(Range range);

  /**
   * Why nothing of {@link #tree} may be shown to clients: the alarm {@code CORRUPT} names this
   * member. Null if it does not.
   */
  @Nullable Failure findCorruption();

  /**
   * Walks a range that {@link #findRefusal} found nothing wrong with. Its order and its limit are
   * not applied. The walk must be closed before the view is.
   */
  KeyWalk walk(Range range);

  /**
   * Evaluates a transaction of ranges only: {@link Outcome.TxnDone} or {@link Outcome.Failed}.
   *
   * @param bytesMax maximum bytes of keys and values in the answer; a larger one fails with {@link
   *     FailureCode#RESPONSE_TOO_LARGE}
   */
  Outcome readTxn(Txn txn, long bytesMax);

  /**
   * Estimates the bytes of keys and values in the answer to a transaction evaluated on this view;
   * the larger branch counts. For an answer that will be refused as too large, returns at least the
   * limit.
   */
  long answerBytes(Txn txn);

  /** The queue of a lock, in order; empty if the lock is not in use. */
  List<LockPlaceView> lockQueue(ByteString name);

  /** The place with this token in a lock's queue; null if there is none. */
  @Nullable LockPlaceView findLockPlace(ByteString name, long token);

  /**
   * The names of locks that have a place, in order.
   *
   * @param from inclusive
   * @param to exclusive; null for no bound
   */
  List<ByteString> lockNames(ByteString from, @Nullable ByteString to, int namesMax);

  /** Clients whose ID is greater than {@code afterId}, ordered by ID. */
  List<ClientView> clients(long afterId, int clientsMax);

  /** Whether all keys attached to a lease match; true for a lease without keys. */
  boolean allLeaseKeysMatch(long lease, Predicate<ByteString> condition);

  /** All data but znodes, locks and sessions, for a copy of the store in another format. */
  StoreContents contents();

  /** The znode tree. See {@link #findCorruption}. */
  TreeView tree();

  /** The alarms that are raised, ordered by kind and member. */
  List<Alarm> alarms();

  /** The access rules as of this view. */
  AccessRules access();

  @Override
  void close();
}
