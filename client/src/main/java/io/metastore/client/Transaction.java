package io.metastore.client;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a transaction. Reads show the store as it was at the snapshot, never the
 * transaction's own writes; writes happen at the commit, all or none, the last one of a key. Used
 * by the thread that runs the body only.
 */
public final class Transaction {
  private final Calls calls;
  private final KeyValue keyValue;
  private final long revision;
  private final Set<Keys> reads = new LinkedHashSet<>();
  private final Map<String, Write> writes = new LinkedHashMap<>();
  private final List<Condition> conditions = new ArrayList<>();

  Transaction(Calls calls, long revision) {
    this.calls = calls;
    this.keyValue = new KeyValue(calls);
    this.revision = revision;
  }

  /** The snapshot's revision. */
  public long revision() {
    return revision;
  }

  /** A key, or null if there was none. */
  public @Nullable Entry find(String key) throws InterruptedException {
    reads.add(Conditions.key(key));
    GetResponse answer =
        keyValue.get(GetRequest.newBuilder().setKey(key).setRevision(revision).build());
    return answer.hasEntry() ? answer.getEntry() : null;
  }

  /** A key that must be there; else throws NoSuchElementException. */
  public Entry get(String key) throws InterruptedException {
    Entry entry = find(key);
    if (entry == null) {
      throw new NoSuchElementException(key);
    }
    return entry;
  }

  /** All these keys. A key that appears among them is a conflict too. */
  public List<Entry> read(Keys keys) throws InterruptedException {
    reads.add(keys);
    List<Entry> entries = new ArrayList<>();
    keyValue.read(
        GetRangeRequest.newBuilder().setKeys(keys).setRevision(revision).build(), entries::add);
    return entries;
  }

  /** The children of a directory. Any change below it, at any depth, is a conflict. */
  public List<Child> list(String directory) throws InterruptedException {
    reads.add(Conditions.subtree(directory));
    List<Child> children = new ArrayList<>();
    ListRequest.Builder request =
        ListRequest.newBuilder().setDirectory(directory).setRevision(revision);
    do {
      ListResponse page = keyValue.list(request.build());
      children.addAll(page.getChildrenList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return children;
  }

  /** Writes a key at the commit. */
  public void put(String key, String value) {
    put(Put.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build());
  }

  /** Writes a key at the commit. */
  public void put(Put put) {
    writes.put(put.getKey(), Write.newBuilder().setPut(put).build());
  }

  /** Deletes a key at the commit. */
  public void delete(String key) {
    writes.put(key, Write.newBuilder().setDelete(key).build());
  }

  /** Deletes a key and all below it at the commit; none of these may be written as well. */
  public void deleteTree(String path) {
    writes.put(path, Write.newBuilder().setDeleteTree(path).build());
  }

  /** Must hold at the commit, a {@linkplain HeldLock#fence fence} for instance; else it fails. */
  public void require(Condition condition) {
    conditions.add(condition);
  }

  /** Done with the revision, which is the snapshot's if there was nothing to write or require. */
  CompletableFuture<Long> commit() {
    if (writes.isEmpty() && conditions.isEmpty()) {
      // What was read at one revision was true at that revision.
      return CompletableFuture.completedFuture(revision);
    }
    ExecuteRequest request =
        ExecuteRequest.newBuilder()
            .setReadRevision(revision)
            .addAllReads(reads)
            .addAllWrites(writes.values())
            .addAllConditions(conditions)
            .build();
    return calls
        .unary(TransactionsGrpc.getExecuteMethod(), request, Repeat.WRITE)
        .thenApply(ExecuteResponse::getRevision);
  }
}
