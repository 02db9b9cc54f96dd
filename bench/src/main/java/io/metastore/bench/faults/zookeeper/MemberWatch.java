package io.metastore.bench.faults.zookeeper;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.StatusRuntimeException;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.WatchZnodesResponse;
import io.metastore.api.v1.ZnodeEvent;
import io.metastore.api.v1.ZnodesGrpc;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Timeline.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches all znodes of the round on one member, by the native API and without disturbed links, on
 * its own thread. Znodes have no history, so a watch that breaks is followed by one that begins
 * later.
 */
final class MemberWatch implements Runnable, AutoCloseable {
  private static final long RETRY_MS = 20;

  private final Testbed testbed;
  private final int member;
  private final Tree tree;
  private final CancellableContext context = Context.current().withCancellation();

  // The fields below are guarded by this.
  private final List<Span> ended = new ArrayList<>();
  private @Nullable Running running;

  /** A watch that is not broken. */
  private static final class Running {
    final long from;
    long to;
    final List<Change> changes = new ArrayList<>();
    final Map<Long, Long> arrivals = new HashMap<>();

    Running(long from) {
      this.from = from;
      this.to = from;
    }
  }

  MemberWatch(Testbed testbed, int member, Tree tree) {
    this.testbed = testbed;
    this.member = member;
    this.tree = tree;
  }

  @Override
  public void run() {
    while (!context.isCancelled()) {
      context.run(this::watch);
      end();
      try {
        Thread.sleep(RETRY_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void watch() {
    try {
      Iterator<WatchZnodesResponse> responses =
          ZnodesGrpc.newBlockingStub(testbed.channel(member))
              .watchZnodes(
                  WatchZnodesRequest.newBuilder().setPath(tree.root()).setRecursive(true).build());
      if (responses.hasNext()) {
        begin(responses.next().getRevision());
      }
      while (responses.hasNext()) {
        add(responses.next());
      }
    } catch (StatusRuntimeException e) {
      // The member is down, or was too far behind the others; a new watch follows.
    }
  }

  private synchronized void begin(long from) {
    running = new Running(from);
  }

  private synchronized void add(WatchZnodesResponse response) {
    long nowNanos = System.nanoTime();
    if (running == null) {
      throw new IllegalStateException("no watch");
    }
    for (ZnodeEvent event : response.getEventsList()) {
      Kind kind =
          switch (event.getKind()) {
            case CREATED -> Kind.CREATED;
            case DELETED -> Kind.DELETED;
            case DATA_CHANGED -> Kind.SET;
            default -> null; // of children: it follows from the others
          };
      if (kind != null) {
        running.changes.add(new Change(event.getRevision(), kind, event.getPath()));
        running.arrivals.put(event.getRevision(), nowNanos);
      }
    }
    running.to = Math.max(running.to, response.getRevision());
  }

  private synchronized void end() {
    if (running != null) {
      ended.add(span(running));
      running = null;
    }
  }

  private Span span(Running watch) {
    return new Span(
        "the watch of " + Testbed.name(member),
        watch.from,
        watch.to,
        List.copyOf(watch.changes),
        Map.copyOf(watch.arrivals));
  }

  /** What it reported so far. */
  synchronized List<Span> reported() {
    List<Span> all = new ArrayList<>(ended);
    if (running != null) {
      all.add(span(running));
    }
    return all;
  }

  /** Whether a watch runs. */
  synchronized boolean isRunning() {
    return running != null;
  }

  /** Whether the running watch has reported everything up to this zxid, or begun after it. */
  synchronized boolean hasReported(long zxid) {
    return running != null && running.to >= zxid;
  }

  @Override
  public void close() {
    context.cancel(null);
  }
}
