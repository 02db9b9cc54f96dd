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
 * One attempt of a transaction. Reads show the state of the store at the snapshot, never the
 * transaction's own writes. Writes happen at the commit, all or none; of several writes to a key
 * the last one counts. Used only by the thread that runs the body.
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

  /** Reads a key; null if it does not exist. */
  public @Nullable Entry find(String key) throws InterruptedException {
    reads.add(Conditions.key(key));
    GetResponse answer =
        keyValue.get(GetRequest.newBuilder().setKey(key).setRevision(revision).build());
    return answer.hasEntry() ? answer.getEntry() : null;
  }

  /** Reads a key; throws NoSuchElementException if it does not exist. */
  public Entry get(String key) throws InterruptedException {
    Entry entry = find(key);
    if (entry == null) {
      throw new NoSuchElementException(key);
    }
    return entry;
  }

  /**
   * Reads all these keys. If another key appears in the range before the commit, that is a
   * conflict, too.
   */
  public List<Entry> read(Keys keys) throws InterruptedException {
    reads.add(keys);
    List<Entry> entries = new ArrayList<>();
    keyValue.read(
        GetRangeRequest.newBuilder().setKeys(keys).setRevision(revision).build(), entries::add);
    return entries;
  }

  /**
   * Lists the children of a directory. Any change below the directory, at any depth, is a conflict.
   */
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

  /** Writes a key when the transaction commits. */
  public void put(String key, String value) {
    put(Put.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build());
  }

  /** Writes a key when the transaction commits. */
  public void put(Put put) {
    writes.put(put.getKey(), Write.newBuilder().setPut(put).build());
  }

  /** Deletes a key when the transaction commits. */
  public void delete(String key) {
    writes.put(key, Write.newBuilder().setDelete(key).build());
  }

  /**
   * Deletes a key and all keys below it when the transaction commits. The transaction must not also
   * write any of these keys.
   */
  public void deleteTree(String path) {
    writes.put(path, Write.newBuilder().setDeleteTree(path).build());
  }

  /**
   * Adds a condition that must hold at the commit, for instance a {@linkplain HeldLock#fence
   * fence}; otherwise the commit fails.
   */
  public void require(Condition condition) {
    conditions.add(condition);
  }

  /**
   * Completes with the revision of the commit, or of the snapshot if there was nothing to write or
   * to check.
   */
  CompletableFuture<Long> commit() {
    if (writes.isEmpty() && conditions.isEmpty()) {
      // All reads are from one revision, so they need no check.
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
