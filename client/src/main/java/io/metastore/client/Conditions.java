package io.metastore.client;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.Fence;
import io.metastore.api.v1.KeyRange;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ModRevisionIs;
import io.metastore.api.v1.Unchanged;
import io.metastore.api.v1.ValueIs;
import io.metastore.api.v1.ZnodeVersionIs;

/** Shorthand for the conditions and key sets of {@code keys.proto}. */
public final class Conditions {
  private Conditions() {}

  /** The key does not exist. */
  public static Condition absent(String key) {
    return Condition.newBuilder().setAbsent(key(key)).build();
  }

  /** The key exists. */
  public static Condition present(String key) {
    return Condition.newBuilder().setPresent(key).build();
  }

  /** The last put of the key was at this revision. */
  public static Condition modRevisionIs(String key, long revision) {
    return Condition.newBuilder()
        .setModRevision(ModRevisionIs.newBuilder().setKey(key).setRevision(revision))
        .build();
  }

  /** The key exists with this value. */
  public static Condition valueIs(String key, ByteString value) {
    return Condition.newBuilder()
        .setValue(ValueIs.newBuilder().setKey(key).setValue(value))
        .build();
  }

  /** The lock is held with this token. {@link HeldLock#fence} creates the same condition. */
  public static Condition fence(String lock, long token) {
    return Condition.newBuilder()
        .setFence(Fence.newBuilder().setLock(lock).setToken(token))
        .build();
  }

  /** None of the keys was put, created or deleted after the revision. */
  public static Condition unchanged(Keys keys, long sinceRevision) {
    return Condition.newBuilder()
        .setUnchanged(Unchanged.newBuilder().setKeys(keys).setSinceRevision(sinceRevision))
        .build();
  }

  /** The znode exists. */
  public static Condition znodePresent(String path) {
    return Condition.newBuilder().setZnodePresent(path).build();
  }

  /** The znode does not exist. */
  public static Condition znodeAbsent(String path) {
    return Condition.newBuilder().setZnodeAbsent(path).build();
  }

  /** The znode exists, and its data has this version. */
  public static Condition znodeVersionIs(String path, int version) {
    return Condition.newBuilder()
        .setZnodeVersion(ZnodeVersionIs.newBuilder().setPath(path).setVersion(version))
        .build();
  }

  /** This key alone. */
  public static Keys key(String key) {
    return Keys.newBuilder().setKey(key).build();
  }

  /** All keys below a directory. */
  public static Keys subtree(String directory) {
    return Keys.newBuilder().setSubtree(directory).build();
  }

  /** The keys from {@code start} to before {@code end}. */
  public static Keys range(String start, String end) {
    return Keys.newBuilder().setRange(KeyRange.newBuilder().setStart(start).setEnd(end)).build();
  }
}
