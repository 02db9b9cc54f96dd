package io.metastore.bench.faults.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.metastore.bench.faults.zookeeper.Note.Answered;
import io.metastore.bench.faults.zookeeper.Note.Disconnected;
import io.metastore.bench.faults.zookeeper.Note.Told;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * A session of ZooKeeper's Java client that records everything. Requests are sent without waiting
 * for earlier ones, by one thread; the client's event thread records answers and events in the
 * order in which they arrived.
 */
final class RecordedSession implements Watcher, AutoCloseable {
  /** The shortest timeout that the servers grant by default. */
  private static final int TIMEOUT_MS = 4_000;

  private static final int CONNECT_SECONDS = 10;

  private final ZooKeeper client;
  private final CompletableFuture<Long> connected = new CompletableFuture<>();
  private int requests;

  // The fields below are guarded by this.
  private final List<Note> notes = new ArrayList<>();
  private CompletableFuture<EventType> event = new CompletableFuture<>();
  private long promisedNanos;
  private long closingNanos;
  private long expiredNanos;

  /**
   * Begins to connect.
   *
   * @param endpoints comma-separated, as ZooKeeper's client takes them
   */
  RecordedSession(String endpoints) {
    promisedNanos = System.nanoTime();
    try {
      client = new ZooKeeper(endpoints, TIMEOUT_MS, this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits a while until the session exists, and returns whether it does. */
  boolean awaitConnected() throws InterruptedException {
    try {
      connected.get(CONNECT_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** The ID; only valid once the session exists. */
  long id() {
    return client.getSessionId();
  }

  /** Whether it can still be used. */
  synchronized boolean isOpen() {
    return expiredNanos == 0 && closingNanos == 0;
  }

  // ---- requests ----

  /** Sends one change, or several as a {@code multi}. */
  CompletableFuture<Answer> write(Step... steps) {
    Request request = request(Request.Kind.WRITE, "", List.of(steps), false);
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    byte[] data = request.id().getBytes(UTF_8);
    Step first = steps[0];
    if (steps.length > 1) {
      List<Op> ops = new ArrayList<>();
      for (Step step : steps) {
        ops.add(op(step, data));
      }
      client.multi(
          ops, (code, path, context, results) -> answered(request, code, results, answered), null);
      return answered;
    }
    switch (first.kind()) {
      case SET ->
          client.setData(
              first.path(),
              data,
              first.version(),
              (code, path, context, stat) ->
                  written(request, code, stat == null ? 0 : stat.getMzxid(), List.of(), answered),
              null);
      case DELETE ->
          client.delete(
              first.path(),
              first.version(),
              (code, path, context) -> written(request, code, 0, List.of(), answered),
              null);
      case CHECK -> throw new IllegalArgumentException("a check alone writes nothing");
      default ->
          client.create(
              first.path(),
              data,
              Ids.OPEN_ACL_UNSAFE,
              mode(first),
              (code, path, context, name, stat) ->
                  written(
                      request,
                      code,
                      stat == null ? 0 : stat.getCzxid(),
                      name == null ? List.of() : List.of(name),
                      answered),
              null);
    }
    return answered;
  }

  private static Op op(Step step, byte[] data) {
    return switch (step.kind()) {
      case SET -> Op.setData(step.path(), data, step.version());
      case DELETE -> Op.delete(step.path(), step.version());
      case CHECK -> Op.check(step.path(), step.version());
      default -> Op.create(step.path(), data, Ids.OPEN_ACL_UNSAFE, mode(step));
    };
  }

  private static CreateMode mode(Step step) {
    return switch (step.kind()) {
      case CREATE_EPHEMERAL -> CreateMode.EPHEMERAL;
      case CREATE_IN_SEQUENCE -> CreateMode.EPHEMERAL_SEQUENTIAL;
      default -> CreateMode.PERSISTENT;
    };
  }

  /** Reads data and stat, optionally after a {@code sync}. */
  CompletableFuture<Answer> data(String path, boolean watch, boolean synced) {
    Read read = new Read(Request.Kind.DATA, path, watch, synced);
    client.getData(
        path,
        watch,
        (code, any, context, data, stat) ->
            read.done(code, stat, data == null ? "" : new String(data, UTF_8), List.of()),
        null);
    return read.answered;
  }

  /** Reads the stat. The watch is also set if the znode does not exist. */
  CompletableFuture<Answer> exists(String path, boolean watch) {
    Read read = new Read(Request.Kind.EXISTS, path, watch, false);
    client.exists(
        path, watch, (code, any, context, stat) -> read.done(code, stat, "", List.of()), null);
    return read.answered;
  }

  /** Reads the names of the children, optionally after a {@code sync}. */
  CompletableFuture<Answer> children(String path, boolean watch, boolean synced) {
    Read read = new Read(Request.Kind.CHILDREN, path, watch, synced);
    client.getChildren(
        path,
        watch,
        (code, any, context, names, stat) ->
            read.done(code, stat, "", names == null ? List.of() : names),
        null);
    return read.answered;
  }

  /**
   * Watches a znode and everything below it for the rest of the session.
   *
   * @return false if the outcome is unknown
   */
  boolean watchAll(String path) throws InterruptedException {
    try {
      client.addWatch(path, AddWatchMode.PERSISTENT_RECURSIVE);
      return true;
    } catch (KeeperException e) {
      return false;
    }
  }

  private Request request(Request.Kind kind, String path, List<Step> steps, boolean watch) {
    return new Request(id(), requests++, kind, path, steps, watch, System.nanoTime());
  }

  /** A read, and the {@code sync} before it. */
  private final class Read {
    private final Request request;
    private final CompletableFuture<Answer> answered = new CompletableFuture<>();
    private volatile boolean synced;

    Read(Request.Kind kind, String path, boolean watch, boolean withSync) {
      request = request(kind, path, List.of(), watch);
      if (withSync) {
        Request sync = request(Request.Kind.SYNC, path, List.of(), false);
        client.sync(
            path,
            (code, any, context) -> {
              synced = code == Code.OK.intValue();
              answered(
                  sync,
                  new Answer(Code.get(code), 0, null, "", List.of(), synced, System.nanoTime()),
                  new CompletableFuture<>());
            },
            null);
      }
    }

    void done(int code, @Nullable Stat stat, String data, List<String> names) {
      answered(
          request,
          new Answer(Code.get(code), 0, stat, data, names, synced, System.nanoTime()),
          answered);
    }
  }

  private void answered(
      Request request,
      int code,
      @Nullable List<OpResult> results,
      CompletableFuture<Answer> answered) {
    long zxid = 0;
    List<String> names = new ArrayList<>();
    for (OpResult result : Objects.requireNonNullElse(results, List.<OpResult>of())) {
      if (result instanceof OpResult.SetDataResult set) {
        zxid = set.getStat().getMzxid();
      } else if (result instanceof OpResult.CreateResult created) {
        names.add(created.getPath());
      }
    }
    written(request, code, zxid, names, answered);
  }

  private void written(
      Request request,
      int code,
      long zxid,
      List<String> names,
      CompletableFuture<Answer> answered) {
    answered(
        request,
        new Answer(Code.get(code), zxid, null, "", names, false, System.nanoTime()),
        answered);
  }

  private void answered(Request request, Answer answer, CompletableFuture<Answer> answered) {
    synchronized (this) {
      notes.add(new Answered(request, answer));
      boolean byLeader =
          request.kind() == Request.Kind.WRITE || request.kind() == Request.Kind.SYNC;
      if (byLeader && (answer.isOk() || answer.isRefusal())) {
        long untilNanos = request.startNanos() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        promisedNanos = Math.max(promisedNanos, untilNanos);
      }
    }
    answered.complete(answer);
  }

  // ---- events ----

  @Override
  public void process(WatchedEvent told) {
    CompletableFuture<EventType> waiting;
    synchronized (this) {
      if (told.getType() == EventType.None) {
        switch (told.getState()) {
          case SyncConnected -> connected.complete(client.getSessionId());
          case Disconnected -> notes.add(new Disconnected());
          case Expired -> expiredNanos = System.nanoTime();
          default -> {}
        }
      } else {
        notes.add(new Told(told.getType(), told.getPath(), told.getZxid()));
      }
      waiting = event;
      event = new CompletableFuture<>();
    }
    waiting.complete(told.getType());
  }

  /** The next event of any kind, also the loss of the connection. */
  synchronized CompletableFuture<EventType> nextEvent() {
    return event;
  }

  /** What was observed so far. */
  synchronized SessionHistory history() {
    return new SessionHistory(id(), notes, promisedNanos, closingNanos, expiredNanos);
  }

  /** Closes the session; if there is no connection, the servers will expire it. */
  @Override
  public void close() {
    synchronized (this) {
      if (closingNanos == 0) {
        closingNanos = System.nanoTime();
      }
    }
    abandon();
  }

  /** Ends the client. Closes the session, too, unless its connections are cut. */
  void abandon() {
    try {
      client.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
