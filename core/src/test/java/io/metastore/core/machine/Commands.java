package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.command.Txn;

/** Short builders for the commands that tests use most. Keys and values are UTF-8. */
public final class Commands {
  private Commands() {}

  public static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  public static Command put(String key, String value) {
    return put(key, value, 0);
  }

  public static Command put(String key, String value, long lease) {
    return of(Op.newBuilder().setPut(putOp(key, value).setLease(lease)).build());
  }

  public static Put.Builder putOp(String key, String value) {
    return Put.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  public static Command delete(String key) {
    return of(Op.newBuilder().setDelete(Delete.newBuilder().setKey(bytes(key))).build());
  }

  /** A range from {@code key} to {@code rangeEnd}, by the rules of a request. */
  public static Range.Builder range(String key, String rangeEnd) {
    return Range.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(rangeEnd));
  }

  public static Command of(Op... ops) {
    Txn.Builder txn = Txn.newBuilder();
    for (Op op : ops) {
      txn.addSuccess(op);
    }
    return of(txn);
  }

  public static Command of(Txn.Builder txn) {
    return Command.newBuilder().setTxn(txn).build();
  }

  public static Compare.Builder compare(String key, Compare.Target target) {
    return Compare.newBuilder().setKey(bytes(key)).setTarget(target);
  }

  public static Command grant(long id, long ttl) {
    return Command.newBuilder()
        .setGrantLease(GrantLease.newBuilder().setId(id).setTtl(ttl))
        .build();
  }

  public static Command revoke(long id) {
    return Command.newBuilder().setRevokeLease(RevokeLease.newBuilder().setId(id)).build();
  }

  public static Command compact(long revision) {
    return Command.newBuilder().setCompact(Compact.newBuilder().setRevision(revision)).build();
  }

  public static Command acquire(String name, long lease, Acquire.Mode mode, boolean tryOnly) {
    return Command.newBuilder()
        .setAcquire(
            Acquire.newBuilder()
                .setName(bytes(name))
                .setLease(lease)
                .setMode(mode)
                .setTryOnly(tryOnly))
        .build();
  }
}
