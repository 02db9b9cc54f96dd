package io.metastore.server.migrate;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows an etcd cluster: makes each of its revisions one revision of a Metastore cluster, with
 * the same changes. The target must have begun with a snapshot of the source, or both empty, and
 * nobody else may write to it.
 *
 * <p>The target's newest revision tells how far the migration is. A new one continues from there,
 * after it has compared the data of both.
 */
public final class Migration {
  private static final long TICK_MS = 500;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Comparing reads all data of both. */
  private static final long COMPARISON_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Store source;
  private final Store target;
  private final Consumer<String> notes;
  private long done;
  private long reportedNanos = System.nanoTime();
  private long reportedRevision;

  /** The two clusters cannot be made equal by going on. */
  public static final class Impossible extends Exception {
    private static final long serialVersionUID = 1;

    Impossible(String why) {
      super(why);
    }
  }

  /**
   * @param source to a member of the etcd cluster
   * @param target to a member of the Metastore cluster
   * @param notes receives progress
   */
  public Migration(Channel source, Channel target, Consumer<String> notes) {
    this.source = new Store(source);
    this.target = new Store(target);
    this.notes = notes;
  }

  /**
   * Follows until the thread is interrupted, or both are equal.
   *
   * @param once whether to return as soon as both are equal; the writers of the source must have
   *     stopped by then
   * @return the last revision at which both were found equal
   * @throws Impossible if the target differs from the source
   * @throws StatusRuntimeException if a member does not answer
   */
  public long run(boolean once) throws Impossible, InterruptedException {
    done = target.revision();
    reportedRevision = done;
    LeaseMirror leases = new LeaseMirror(source, target);
    requireSameBeginning();
    long verified = 0;
    long comparedNanos = System.nanoTime() - COMPARISON_NANOS;
    try (SourceWatch watch = new SourceWatch(source, done + 1)) {
      while (true) {
        List<Event> events = watch.next(TICK_MS);
        leases.renew();
        if (!events.isEmpty()) {
          make(events, leases);
          report();
        } else if (verified != done
            && (once || System.nanoTime() - comparedNanos >= COMPARISON_NANOS)
            && source.revision() == done) {
          leases.align();
          verify();
          verified = done;
          comparedNanos = System.nanoTime();
          if (once) {
            return verified;
          }
        }
      }
    }
  }

  private void make(List<Event> events, LeaseMirror leases) throws Impossible {
    long revision = events.get(0).getKv().getModRevision();
    if (revision != done + 1) {
      throw new Impossible(
          "the source has no changes at revision %d, but at %d".formatted(done + 1, revision));
    }
    events.forEach(event -> leases.require(event.getKv().getLease()));
    TxnResponse made = target.kv().txn(Changes.toTxn(events, target::count));
    // If it did not succeed, the target had made it already, in an attempt whose answer was lost.
    if (made.getHeader().getRevision() != revision) {
      throw new Impossible(
          "the target is at revision %d instead of %d: somebody else writes to it"
              .formatted(made.getHeader().getRevision(), revision));
    }
    done = revision;
  }

  private void report() {
    long now = System.nanoTime();
    if (now - reportedNanos >= REPORT_NANOS) {
      double seconds = (now - reportedNanos) / (double) REPORT_NANOS;
      notes.accept(
          "at revision %d, %d behind the source, %.0f revisions/s"
              .formatted(done, source.revision() - done, (done - reportedRevision) / seconds));
      reportedNanos = now;
      reportedRevision = done;
    }
  }

  /** Compares what the target has with the source's state at that time. */
  private void requireSameBeginning() throws Impossible {
    long newest = source.revision();
    if (done > newest) {
      throw new Impossible(
          "the target is at revision %d, but the source at %d".formatted(done, newest));
    }
    if (done > 1) { // an empty store has revision 1
      compare();
    }
    notes.accept("the target has everything up to revision %d of %d".formatted(done, newest));
  }

  private void verify() throws Impossible {
    compare();
    notes.accept(
        "equal at revision %d, %d keys; when the writers of the source have stopped, and this"
                .formatted(done, target.count(done))
            + " revision no longer changes, let them use the target");
  }

  private void compare() throws Impossible {
    HashKVResponse wanted;
    try {
      wanted = source.hash(done);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
        throw new Impossible(
            "the source has compacted revision %d, which the target is at: begin again with a new"
                    .formatted(done)
                + " snapshot");
      }
      throw e;
    }
    HashKVResponse found = target.hash(done);
    if (found.getCompactRevision() < wanted.getCompactRevision()) {
      target
          .kv()
          .compact(CompactionRequest.newBuilder().setRevision(wanted.getCompactRevision()).build());
      found = target.hash(done);
    }
    if (found.getCompactRevision() != wanted.getCompactRevision()) {
      throw new Impossible(
          "the target has compacted revision %d, but the source only %d: turn off"
                  .formatted(found.getCompactRevision(), wanted.getCompactRevision())
              + " --auto-compaction-retention of the target");
    }
    if (found.getHash() != wanted.getHash() || source.count(done) != target.count(done)) {
      throw new Impossible(
          "the keys of the target differ from those of the source at revision " + done);
    }
    if (source.authRevision() != target.authRevision()) {
      throw new Impossible(
          "users or roles have been changed since the snapshot: make the same changes again, or"
              + " begin again with a new snapshot");
    }
  }
}
