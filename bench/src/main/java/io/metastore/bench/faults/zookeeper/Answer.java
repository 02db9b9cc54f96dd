package io.metastore.bench.faults.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link Request}.
 *
 * @param zxid of a write, if the answer contains it; 0 otherwise
 * @param stat of a read
 * @param data of a read; empty if there is none
 * @param names of a read of children; of a write, the paths of the created znodes
 * @param synced whether a read came after a {@code sync} that was answered
 * @param endNanos {@code System.nanoTime} when it arrived
 */
record Answer(
    Code code,
    long zxid,
    @Nullable Stat stat,
    String data,
    List<String> names,
    boolean synced,
    long endNanos) {
  /** The request may have taken effect, and may still do so. */
  private static final Set<Code> UNKNOWN =
      EnumSet.of(
          Code.CONNECTIONLOSS,
          Code.SESSIONEXPIRED,
          Code.SESSIONMOVED,
          Code.OPERATIONTIMEOUT,
          Code.REQUESTTIMEOUT);

  /** The request was refused because of the znodes' state. */
  private static final Set<Code> REFUSED =
      EnumSet.of(Code.NONODE, Code.NODEEXISTS, Code.BADVERSION);

  Answer {
    requireNonNull(code, "code");
    names = List.copyOf(names);
  }

  boolean isOk() {
    return code == Code.OK;
  }

  boolean isRefusal() {
    return REFUSED.contains(code);
  }

  /** Whether the client does not know what happened. */
  boolean isUnknown() {
    return UNKNOWN.contains(code);
  }

  /** Whether the request was not executed because a disk is full. */
  boolean isNoSpace() {
    return code == Code.QUOTAEXCEEDED;
  }
}
