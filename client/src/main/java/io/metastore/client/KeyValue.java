package io.metastore.client;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.CompactRequest;
import io.metastore.api.v1.CompactResponse;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DeleteTreeResponse;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.api.v1.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads, writes and watches keys. The requests and responses are messages of {@code kv.proto},
 * which describes all fields; shorter methods cover the common cases.
 *
 * <pre>{@code
 * KeyValue kv = client.keyValue();
 * kv.put("/app/owner", "me", Conditions.absent("/app/owner"));
 * for (Entry entry : kv.read(Conditions.subtree("/app"))) {
 *   System.out.println(entry.getKey() + " = " + entry.getValue().toStringUtf8());
 * }
 * }</pre>
 */
public final class KeyValue {
  private final Calls calls;

  KeyValue(Calls calls) {
    this.calls = calls;
  }

  /** Reads one key. */
  public CompletableFuture<GetResponse> getAsync(GetRequest request) {
    return calls.unary(KeyValueGrpc.getGetMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #getAsync}. */
  public GetResponse get(GetRequest request) throws InterruptedException {
    return Blocking.await(getAsync(request));
  }

  /** The current version of a key, or null if the key does not exist. */
  public @Nullable Entry find(String key) throws InterruptedException {
    GetResponse answer = get(GetRequest.newBuilder().setKey(key).build());
    return answer.hasEntry() ? answer.getEntry() : null;
  }

  /**
   * Reads any number of keys at one revision. Continues after a lost connection.
   *
   * @param consumer receives the entries in order, called by one thread at a time; no more entries
   *     are read while it runs
   */
  public CompletableFuture<RangeEnd> readAsync(GetRangeRequest request, Consumer<Entry> consumer) {
    return new RangeReading(calls, request, consumer).start();
  }

  /** Blocking form of {@link #readAsync}. */
  public RangeEnd read(GetRangeRequest request, Consumer<Entry> consumer)
      throws InterruptedException {
    return Blocking.await(readAsync(request, consumer));
  }

  /** Reads the current versions of all these keys into memory. */
  public List<Entry> read(Keys keys) throws InterruptedException {
    List<Entry> entries = new ArrayList<>();
    read(GetRangeRequest.newBuilder().setKeys(keys).build(), entries::add);
    return entries;
  }

  /** One page of the children of a directory. */
  public CompletableFuture<ListResponse> listAsync(ListRequest request) {
    return calls.unary(KeyValueGrpc.getListMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #listAsync}. */
  public ListResponse list(ListRequest request) throws InterruptedException {
    return Blocking.await(listAsync(request));
  }

  /** Reads all children of a directory into memory, at one revision. */
  public List<Child> list(String directory) throws InterruptedException {
    List<Child> children = new ArrayList<>();
    ListRequest.Builder request = ListRequest.newBuilder().setDirectory(directory);
    do {
      ListResponse page = list(request.build());
      children.addAll(page.getChildrenList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return children;
  }

  /** Writes one key. */
  public CompletableFuture<PutResponse> putAsync(PutRequest request) {
    return calls.unary(KeyValueGrpc.getPutMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #putAsync}. */
  public PutResponse put(PutRequest request) throws InterruptedException {
    return Blocking.await(putAsync(request));
  }

  /**
   * Writes a key if all conditions hold.
   *
   * @return the revision of the write
   */
  public long put(String key, String value, Condition... conditions) throws InterruptedException {
    return put(PutRequest.newBuilder()
            .setKey(key)
            .setValue(ByteString.copyFromUtf8(value))
            .addAllConditions(List.of(conditions))
            .build())
        .getRevision();
  }

  /**
   * Writes a key that is deleted when the session ends, if all conditions hold.
   *
   * @return the revision of the write
   */
  public long putEphemeral(Session session, String key, String value, Condition... conditions)
      throws InterruptedException {
    return put(PutRequest.newBuilder()
            .setKey(key)
            .setValue(ByteString.copyFromUtf8(value))
            .setClientId(session.id())
            .addAllConditions(List.of(conditions))
            .build())
        .getRevision();
  }

  /** Deletes a key. */
  public CompletableFuture<DeleteResponse> deleteAsync(DeleteRequest request) {
    return calls.unary(KeyValueGrpc.getDeleteMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #deleteAsync}. */
  public DeleteResponse delete(DeleteRequest request) throws InterruptedException {
    return Blocking.await(deleteAsync(request));
  }

  /**
   * Deletes a key if all conditions hold.
   *
   * @return whether the key existed
   */
  public boolean delete(String key, Condition... conditions) throws InterruptedException {
    return delete(
            DeleteRequest.newBuilder().setKey(key).addAllConditions(List.of(conditions)).build())
        .getDeleted();
  }

  /** Deletes a key and all keys below it. */
  public CompletableFuture<DeleteTreeResponse> deleteTreeAsync(DeleteTreeRequest request) {
    return calls.unary(KeyValueGrpc.getDeleteTreeMethod(), request, Repeat.WRITE);
  }

  /** Blocking form of {@link #deleteTreeAsync}. */
  public DeleteTreeResponse deleteTree(DeleteTreeRequest request) throws InterruptedException {
    return Blocking.await(deleteTreeAsync(request));
  }

  /**
   * Discards the revisions before the given one, or before the current revision if it is 0.
   * Repeating the call is safe.
   *
   * @return the compacted revision; members remove older versions in the background
   */
  public CompletableFuture<CompactResponse> compactAsync(CompactRequest request) {
    return calls.unary(KeyValueGrpc.getCompactMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #compactAsync}. */
  public CompactResponse compact(CompactRequest request) throws InterruptedException {
    return Blocking.await(compactAsync(request));
  }

  /**
   * Watches keys until the watch is closed, or until changes that it has yet to report have been
   * compacted. Resumes after a lost connection.
   *
   * <pre>{@code
   * Watch watch = client.keyValue().watch(
   *     WatchRequest.newBuilder().setSubtree("/app/config").build(),
   *     (revision, events) -> events.forEach(event -> reload.accept(event.getEntry())));
   * long from = watch.ready().get(); // every change after this revision will be reported
   * }</pre>
   */
  public Watch watch(WatchRequest request, WatchListener listener) {
    Watch watch = new Watch(calls, request, listener);
    watch.start();
    return watch;
  }
}
