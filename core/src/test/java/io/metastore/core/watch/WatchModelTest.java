package io.metastore.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Txn;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.Seeds;
import io.metastore.core.machine.TestMachine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Watchers come and go, readers are slow, queues and the inbox overflow, and compactions run. Each
 * watcher must receive exactly the events of its range from its start revision on, in order, and in
 * whole revisions.
 */
class WatchModelTest {
  private static final int ENTRIES = 300;
  private static final int STREAMS = 3;
  private static final List<String> KEYS = List.of("a", "a\0", "b", "c", "d", "e");

  @RegisterExtension final Machines machines = new Machines();

  /** All events so far. */
  private final List<WatchEvent> history = new ArrayList<>();

  private long revision = 1;
  private long compacted = -1;
  private long lastWatchId;
  private long lastStart;

  static LongStream seeds() {
    return Seeds.some(4);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void everyWatcherGetsItsEventsOnceAndInOrder(long seed) {
    Random random = new Random(seed);
    TestMachine machine = machines.open();
    // Queues of the minimum size, and an inbox that sometimes overflows.
    try (TestHub hub =
        new TestHub(
            machine, new WatchLimits(1, 10_000 + random.nextInt(60_000), 64 << 20, 600_000))) {
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        readers.add(new Reader(hub.openStream()));
      }
      for (int i = 0; i < ENTRIES; i++) {
        apply(random, hub);
        Reader reader = readers.get(random.nextInt(STREAMS));
        reader.act(random);
        if (random.nextInt(40) == 0 && revision > compacted) {
          compacted = Math.max(compacted + 1, revision - random.nextInt(15));
          hub.apply(Commands.compact(compacted));
          machine.sweepAll();
        }
        if (random.nextInt(60) == 0) {
          hub.reset();
        }
      }
      while (revision < lastStart) { // a watcher gets no progress before its start revision
        apply(random, hub);
      }
      readers.forEach(Reader::finish);
    }
  }

  /** Applies an entry of a few transactions, each on different keys, as etcd requires. */
  private void apply(Random random, TestHub hub) {
    List<Txn.Builder> txns = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Txn.Builder txn = Txn.newBuilder();
      List<String> keys = new ArrayList<>(KEYS);
      Collections.shuffle(keys, random);
      for (String key : keys.subList(0, 1 + random.nextInt(3))) {
        txn.addSuccess(
            random.nextInt(3) == 0
                ? Op.newBuilder().setDelete(Delete.newBuilder().setKey(Commands.bytes(key))).build()
                : Op.newBuilder()
                    .setPut(Commands.putOp(key, "x".repeat(random.nextInt(5000))))
                    .build());
      }
      txns.add(txn);
    }
    var applied = hub.apply(txns.stream().map(Commands::of).toArray(Command[]::new));
    history.addAll(applied.events());
    revision = applied.revision();
  }

  /** The events that one watcher requested and received. */
  private static final class Received {
    final WatchSpec spec;
    final List<WatchEvent> events = new ArrayList<>();
    long createdRevision = -1;
    long throughRevision;
    boolean cancelAsked;
    @Nullable WatchMessage end;

    Received(WatchSpec spec) {
      this.spec = spec;
    }
  }

  /** The client of one stream. */
  private final class Reader {
    private final TestHub.TestStream stream;
    private final Map<Long, Received> watchers = new TreeMap<>();

    Reader(TestHub.TestStream stream) {
      this.stream = stream;
    }

    void act(Random random) {
      int what = random.nextInt(10);
      if (what < 2) {
        WatchSpec spec = randomSpec(random);
        watchers.put(++lastWatchId, new Received(spec));
        stream.create(lastWatchId, spec);
      } else if (what == 2) {
        if (!watchers.isEmpty()) {
          List<Long> ids = List.copyOf(watchers.keySet());
          long id = ids.get(random.nextInt(ids.size()));
          received(id).cancelAsked = true;
          stream.cancel(id);
        }
      } else if (what == 3) {
        stream.requestProgress();
      } else {
        for (int i = random.nextInt(8); i > 0; i--) {
          WatchMessage message = stream.poll();
          if (message != null) {
            take(message);
          }
        }
      }
    }

    private WatchSpec randomSpec(Random random) {
      String key = KEYS.get(random.nextInt(KEYS.size()));
      String end =
          switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "\0";
            default -> key + (char) (1 + random.nextInt(100));
          };
      long start =
          switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> 1 + random.nextLong(revision);
            default -> revision + random.nextInt(20);
          };
      lastStart = Math.max(lastStart, start);
      return new WatchSpec(
          Commands.bytes(key),
          Commands.bytes(end),
          start,
          random.nextInt(5) > 0,
          random.nextInt(5) > 0,
          random.nextBoolean(),
          false);
    }

    private Received received(long watchId) {
      Received received = watchers.get(watchId);
      if (received == null) {
        throw new AssertionError("a message for watcher " + watchId);
      }
      return received;
    }

    private void take(WatchMessage message) {
      if (message instanceof WatchMessage.Created created) {
        if (watchers.containsKey(created.watchId())) {
          received(created.watchId()).createdRevision = created.revision();
        }
      } else if (message instanceof WatchMessage.Events events) {
        take(events);
      } else if (message instanceof WatchMessage.Cancelled cancelled) {
        assertThat(received(cancelled.watchId()).cancelAsked).isTrue();
        end(received(cancelled.watchId()), message);
      } else if (message instanceof WatchMessage.Compacted ended) {
        assertThat(ended.compactRevision()).isLessThanOrEqualTo(compacted);
        Received received = received(ended.watchId());
        assertThat(Math.max(received.throughRevision + 1, first(received)))
            .as("the watcher needs compacted revisions")
            .isLessThan(ended.compactRevision());
        end(received, message);
      } else if (message instanceof WatchMessage.StreamProgress progress) {
        watchers.values().forEach(received -> checkThrough(received, progress.revision()));
      }
    }

    private void take(WatchMessage.Events message) {
      Received received = received(message.watchId());
      assertThat(received.createdRevision).as("created before its events").isPositive();
      assertThat(received.end).as("no message follows the last one").isNull();
      assertThat(message.events()).isNotEmpty();
      WatchEvent first = message.events().get(0);
      WatchEvent last = message.events().get(message.events().size() - 1);
      assertThat(first.current().modRevision())
          .as("no revision is split or sent twice")
          .isGreaterThan(received.throughRevision);
      assertThat(last.current().modRevision()).isLessThanOrEqualTo(message.revision());
      received.throughRevision = message.revision();
      received.events.addAll(message.events());
      checkThrough(received, message.revision());
    }

    private void end(Received received, WatchMessage message) {
      assertThat(received.end).as("only one final message").isNull();
      received.end = message;
    }

    /** Checks that the received events are exactly those up to {@code through}. */
    private void checkThrough(Received received, long through) {
      if (received.createdRevision < 0 || received.end != null) {
        return;
      }
      KeyRange range = KeyRange.of(received.spec.key(), received.spec.rangeEnd());
      List<WatchEvent> expected =
          history.stream()
              .filter(event -> range.contains(event.current().key()))
              .filter(event -> event.current().modRevision() >= first(received))
              .filter(event -> event.current().modRevision() <= through)
              .filter(
                  event ->
                      event.kind() == WatchEvent.Kind.PUT
                          ? received.spec.puts()
                          : received.spec.deletes())
              .toList();
      List<WatchEvent> got =
          received.events.stream()
              .filter(event -> event.current().modRevision() <= through)
              .toList();
      assertThat(got).hasSameSizeAs(expected);
      for (int i = 0; i < got.size(); i++) {
        assertThat(got.get(i).kind()).isEqualTo(expected.get(i).kind());
        assertThat(got.get(i).current()).isEqualTo(expected.get(i).current());
        checkPrevious(received.spec, got.get(i), expected.get(i).previous());
      }
    }

    private void checkPrevious(WatchSpec spec, WatchEvent got, @Nullable KeyValue previous) {
      if (!spec.previous()) {
        assertThat(got.previous()).isNull();
      } else if (got.previous() != null || got.current().modRevision() > compacted) {
        assertThat(got.previous()).isEqualTo(previous);
      }
    }

    private static long first(Received received) {
      long start = received.spec.startRevision();
      return start == 0 ? received.createdRevision + 1 : start;
    }

    /** Reads until the hub says that everything was sent; then checks that it was. */
    void finish() {
      boolean[] finished = new boolean[1];
      while (!finished[0]) {
        stream.drain(
            message -> {
              take(message);
              finished[0] = message.equals(new WatchMessage.StreamProgress(revision));
            });
      }
      for (Received received : watchers.values()) {
        assertThat(received.createdRevision).as("every watcher was created").isPositive();
        checkThrough(received, revision);
        if (received.cancelAsked) {
          assertThat(received.end).isNotNull();
        }
      }
    }
  }
}
