package io.metastore.client;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.CreateZnode;
import io.metastore.api.v1.DeleteZnode;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.GetZnodeRequest;
import io.metastore.api.v1.GetZnodeResponse;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.SetZnode;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.Write;
import io.metastore.api.v1.Znode;
import io.metastore.api.v1.ZnodeRead;
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
 *
 * <p>Znodes have no older versions, so reads of znodes show their state now, which may be newer
 * than the snapshot. The commit fails unless everything that was read is still the same, so a
 * transaction that commits has seen one state. Several writes to a znode are done one after the
 * other.
 */
public final class Transaction {
  private final Calls calls;
  private final KeyValue keyValue;
  private final long revision;
  private final Set<Keys> reads = new LinkedHashSet<>();
  private final Map<String, Write> writes = new LinkedHashMap<>();
  private final Map<String, ZnodeRead> znodeReads = new LinkedHashMap<>();
  private final List<Write> znodeWrites = new ArrayList<>();
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

  /** Reads a znode with its data; null if it does not exist. */
  public @Nullable Znode findZnode(String path) throws InterruptedException {
    GetZnodeResponse answer =
        new Znodes(calls).get(GetZnodeRequest.newBuilder().setPath(path).build());
    ZnodeRead.Builder read = ZnodeRead.newBuilder().setPath(path);
    if (answer.hasZnode()) {
      read.setCreateRevision(answer.getZnode().getCreateRevision())
          .setModRevision(answer.getZnode().getModRevision());
    } else {
      read.setAbsent(true);
    }
    // If the znode was read before, the first read counts: a change between both is a conflict.
    znodeReads.putIfAbsent(path, read.build());
    return answer.hasZnode() ? answer.getZnode() : null;
  }

  /** Creates a znode when the transaction commits. Everybody may read and change it. */
  public void createZnode(String path, ByteString data) {
    write(CreateZnode.newBuilder().setPath(path).setData(data).build());
  }

  /** Creates a znode when the transaction commits. */
  public void write(CreateZnode create) {
    znodeWrites.add(Write.newBuilder().setCreateZnode(create).build());
  }

  /**
   * Sets the data of a znode when the transaction commits.
   *
   * @param version the expected version of the data; the commit fails if it has another one
   */
  public void setZnode(String path, ByteString data, int version) {
    write(SetZnode.newBuilder().setPath(path).setData(data).setVersion(version).build());
  }

  /** Sets the data of a znode when the transaction commits. */
  public void write(SetZnode set) {
    znodeWrites.add(Write.newBuilder().setSetZnode(set).build());
  }

  /** Deletes a znode, which must have no children, when the transaction commits. */
  public void deleteZnode(String path) {
    write(DeleteZnode.newBuilder().setPath(path).build());
  }

  /** Deletes a znode when the transaction commits. */
  public void write(DeleteZnode delete) {
    znodeWrites.add(Write.newBuilder().setDeleteZnode(delete).build());
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
    boolean changes = !writes.isEmpty() || !znodeWrites.isEmpty();
    if (!changes && conditions.isEmpty() && znodeReads.isEmpty()) {
      // All reads are from one revision, so they need no check.
      return CompletableFuture.completedFuture(revision);
    }
    ExecuteRequest request =
        ExecuteRequest.newBuilder()
            .setReadRevision(revision)
            .addAllReads(reads)
            .addAllZnodeReads(znodeReads.values())
            .addAllWrites(writes.values())
            .addAllWrites(znodeWrites)
            .addAllConditions(conditions)
            .build();
    return calls
        .unary(TransactionsGrpc.getExecuteMethod(), request, Repeat.WRITE)
        .thenApply(ExecuteResponse::getRevision);
  }
}
