package io.metastore.core.watch;

import static io.metastore.core.machine.Commands.bytes;
import static io.metastore.core.machine.Commands.compact;
import static io.metastore.core.machine.Commands.delete;
import static io.metastore.core.machine.Commands.put;
import static io.metastore.core.machine.Commands.putOp;
import static io.metastore.core.watch.TestHub.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.command.Op;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.TestMachine;
import io.metastore.core.watch.TestHub.TestStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WatchHubTest {
  private static final String ALL = "\0";

  @RegisterExtension final Machines machines = new Machines();

  private final List<TestHub> hubs = new ArrayList<>();

  @AfterEach
  void closeHubs() {
    hubs.forEach(TestHub::close);
  }

  private TestHub hub() {
    return hub(machines.open(), TestHub.ROOMY);
  }

  private TestHub hub(TestMachine machine, WatchLimits limits) {
    TestHub hub = new TestHub(machine, limits);
    hubs.add(hub);
    return hub;
  }

  @Test
  void eventsAreSentWhenTheyHappen() {
    TestHub hub = hub();
    hub.apply(put("a", "0"));
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "c", 0));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Created(1, 2));
    hub.apply(put("a", "1"));
    assertThat(told(stream)).isEqualTo("1: through 3: PUT a=1@3 over 0");
    hub.apply(put("c", "1"));
    hub.apply(delete("a"));
    assertThat(told(stream)).isEqualTo("1: through 5: DELETE a=@5 over 1");
  }

  @Test
  void anEntrysRevisionsAreSentTogetherAndNoRevisionIsSplit() {
    TestHub hub = hub();
    TestStream stream = hub.openStream();
    stream.create(1, spec(ALL, ALL, 0));
    stream.next();
    hub.apply(
        Commands.of(putting("a", "1"), putting("b", "1")),
        put("c", "1"),
        Commands.of(putting("a", "2")));
    assertThat(told(stream))
        .isEqualTo("1: through 4: PUT a=1@2, PUT b=1@2, PUT c=1@3, PUT a=2@4 over 1");
  }

  @Test
  void aWatcherThatStartsInThePastCatchesUpAndIsThenSynced() {
    TestHub hub = hub();
    hub.apply(put("a", "1"));
    hub.apply(delete("a"));
    hub.apply(Commands.of(putting("a", "2"), putting("b", "1")));
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 2));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Created(1, 4));
    assertThat(told(stream)).isEqualTo("1: through 4: PUT a=1@2, DELETE a=@3 over 1, PUT a=2@4");
    hub.apply(put("a", "3"));
    assertThat(told(stream)).isEqualTo("1: through 5: PUT a=3@5 over 2");
  }

  @Test
  void aWatcherThatStartsInTheFutureGetsNoEarlierEvents() {
    TestHub hub = hub();
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 4));
    stream.next();
    hub.apply(put("a", "2"));
    hub.apply(put("a", "3"));
    hub.apply(put("a", "4"));
    assertThat(told(stream)).isEqualTo("1: through 4: PUT a=4@4 over 3");
  }

  @Test
  void aWatcherThatStartsBelowTheCompactedRevisionEndsWithOneMessage() {
    TestMachine machine = machines.open();
    TestHub hub = hub(machine, TestHub.ROOMY);
    hub.apply(put("a", "2"));
    hub.apply(put("a", "3"));
    hub.apply(put("a", "4"));
    hub.apply(compact(3));
    machine.sweepAll();
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 2));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Created(1, 4));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Compacted(1, 3));
    hub.apply(put("a", "5"));
    // The ID is free again; the next message is from the new watcher.
    stream.create(1, spec("a", "", 5));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Created(1, 5));
    assertThat(told(stream)).isEqualTo("1: through 5: PUT a=5@5 over 4");
  }

  @Test
  void aWatcherMayStartAtTheCompactedRevisionAndGetsItsDeletions() {
    TestMachine machine = machines.open();
    TestHub hub = hub(machine, TestHub.ROOMY);
    hub.apply(put("a", "2"));
    hub.apply(delete("a"));
    hub.apply(put("b", "4"));
    hub.apply(compact(3));
    machine.sweepAll();
    TestStream stream = hub.openStream();
    stream.create(1, spec(ALL, ALL, 3));
    stream.next();
    // The version replaced by the deletion was compacted.
    assertThat(told(stream)).isEqualTo("1: through 4: DELETE a=@3, PUT b=4@4");
  }

  @Test
  void filtersAndPreviousVersionsArePerWatcher() {
    TestHub hub = hub();
    TestStream stream = hub.openStream();
    stream.create(1, new WatchSpec(bytes("a"), bytes(""), 0, true, false, false, false));
    stream.create(2, new WatchSpec(bytes("a"), bytes(""), 0, false, true, true, false));
    stream.next();
    stream.next();
    hub.apply(put("a", "1"));
    hub.apply(put("a", "2"));
    hub.apply(delete("a"));
    assertThat(told(stream)).isEqualTo("1: through 2: PUT a=1@2");
    assertThat(told(stream)).isEqualTo("1: through 3: PUT a=2@3");
    assertThat(told(stream)).isEqualTo("2: through 4: DELETE a=@4 over 2");
    stream.create(3, new WatchSpec(bytes("a"), bytes(""), 2, true, false, false, false));
    stream.create(4, new WatchSpec(bytes("a"), bytes(""), 2, false, true, true, false));
    List<String> caughtUp = new ArrayList<>();
    stream.drain(
        message -> caughtUp.add(message instanceof WatchMessage.Events events ? text(events) : ""));
    assertThat(caughtUp)
        .contains("3: through 4: PUT a=1@2, PUT a=2@3", "4: through 4: DELETE a=@4 over 2");
  }

  @Test
  void aCancelledWatcherGetsOneMoreMessageAndNoEvents() {
    TestHub hub = hub();
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 0));
    stream.create(2, spec("a", "", 0));
    stream.next();
    stream.next();
    stream.cancel(1);
    stream.cancel(77);
    assertThat(stream.next()).isEqualTo(new WatchMessage.Cancelled(1, 1));
    hub.apply(put("a", "1"));
    assertThat(told(stream)).isEqualTo("2: through 2: PUT a=1@2");
    stream.cancel(1);
    hub.apply(put("a", "2"));
    assertThat(told(stream)).isEqualTo("2: through 3: PUT a=2@3 over 1");
  }

  @Test
  void progressIsSentToStreamsWithWatchersOnly() {
    TestHub hub = hub();
    TestStream stream = hub.openStream();
    stream.requestProgress();
    stream.create(1, spec("a", "", 0));
    hub.apply(put("b", "1"));
    stream.requestProgress();
    assertThat(stream.next()).isEqualTo(new WatchMessage.Created(1, 1));
    assertThat(stream.next()).isEqualTo(new WatchMessage.StreamProgress(2));
  }

  @Test
  void aWatcherThatRequestedProgressGetsItWhenIdle() {
    TestHub hub = hub(machines.open(), new WatchLimits(1 << 20, 1 << 20, 64 << 20, 20));
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 0));
    stream.create(2, new WatchSpec(bytes("a"), bytes(""), 0, true, true, false, true));
    stream.create(3, new WatchSpec(bytes("a"), bytes(""), 9, true, true, false, true));
    for (int i = 0; i < 3; i++) {
      stream.next();
    }
    assertThat(stream.next()).isEqualTo(new WatchMessage.Progress(2, 1));
    assertThat(stream.next()).isEqualTo(new WatchMessage.Progress(2, 1));
    hub.apply(put("b", "1"));
    WatchMessage message = stream.next();
    while (message.equals(new WatchMessage.Progress(2, 1))) {
      message = stream.next();
    }
    assertThat(message).isEqualTo(new WatchMessage.Progress(2, 2));
  }

  @Test
  void aSlowReaderDelaysNobodyAndMissesNothing() {
    TestHub hub = hub(machines.open(), new WatchLimits(1, 64 << 20, 64 << 20, 600_000));
    TestStream sleeper = hub.openStream();
    TestStream reader = hub.openStream();
    sleeper.create(1, spec("a", "", 0));
    reader.create(1, spec("a", "", 0));
    reader.next();
    String large = "x".repeat(10_000);
    for (int i = 0; i < 100; i++) {
      hub.apply(put("a", i + large));
      assertThat(told(reader)).startsWith("1: through " + (i + 2) + ": PUT a=" + i + "x");
    }
    // The slow reader's queue holds a few large events; the rest is read from the change log.
    List<WatchEvent> events = new ArrayList<>();
    sleeper.drain(
        message -> {
          if (message instanceof WatchMessage.Events batch) {
            events.addAll(batch.events());
          }
        });
    assertThat(events.stream().map(event -> event.current().modRevision()).toList())
        .isEqualTo(LongStream.rangeClosed(2, 101).boxed().toList());
  }

  @Test
  void aSlowReaderIsToldThatItsEventsWereCompacted() {
    TestMachine machine = machines.open();
    TestHub hub = hub(machine, new WatchLimits(1, 64 << 20, 64 << 20, 600_000));
    TestStream sleeper = hub.openStream();
    sleeper.create(1, spec("a", "", 0));
    String large = "x".repeat(10_000);
    for (int i = 0; i < 50; i++) {
      hub.apply(put("a", large));
    }
    // A message of another stream shows that the hub has processed everything.
    TestStream witness = hub.openStream();
    witness.create(1, spec("a", "", 0));
    witness.next();
    hub.apply(compact(50));
    machine.sweepAll();
    WatchMessage message = sleeper.next();
    List<WatchEvent> events = new ArrayList<>();
    while (!(message instanceof WatchMessage.Compacted)) {
      if (message instanceof WatchMessage.Events batch) {
        events.addAll(batch.events());
      }
      message = sleeper.next();
    }
    assertThat(message).isEqualTo(new WatchMessage.Compacted(1, 50));
    assertThat(events.stream().map(event -> event.current().modRevision()).toList())
        .isEqualTo(LongStream.range(2, 2 + events.size()).boxed().toList());
  }

  @Test
  void eventsThatDidNotFitIntoTheInboxAreReadFromTheChangeLog() {
    TestHub hub = hub(machines.open(), new WatchLimits(64 << 20, 1, 64 << 20, 600_000));
    TestStream stream = hub.openStream();
    stream.create(1, spec("a", "", 0));
    stream.next();
    for (int i = 2; i < 50; i++) {
      hub.apply(put("a", "v" + i));
    }
    List<Long> revisions = new ArrayList<>();
    stream.drain(
        message -> {
          if (message instanceof WatchMessage.Events batch) {
            batch.events().forEach(event -> revisions.add(event.current().modRevision()));
          }
        });
    assertThat(revisions).isEqualTo(LongStream.range(2, 50).boxed().toList());
  }

  @Test
  void aClosedStreamGetsNoMessages() {
    TestHub hub = hub();
    TestStream closed = hub.openStream();
    closed.create(1, spec("a", "", 0));
    closed.next();
    closed.close();
    closed.create(2, spec("a", "", 0));
    TestStream open = hub.openStream();
    open.create(1, spec("a", "", 0));
    open.next();
    hub.apply(put("a", "1"));
    open.next();
    assertThat(closed.poll()).isNull();
  }

  private static Op putting(String key, String value) {
    return Op.newBuilder().setPut(putOp(key, value)).build();
  }

  private static String told(TestStream stream) {
    WatchMessage message = stream.next();
    return message instanceof WatchMessage.Events events ? text(events) : message.toString();
  }

  private static String text(WatchMessage.Events events) {
    return events.watchId()
        + ": through "
        + events.revision()
        + ": "
        + events.events().stream().map(WatchHubTest::text).collect(Collectors.joining(", "));
  }

  private static String text(WatchEvent event) {
    var previous = event.previous();
    return event.kind()
        + " "
        + event.current().key().toStringUtf8()
        + "="
        + event.current().value().toStringUtf8()
        + "@"
        + event.current().modRevision()
        + (previous == null ? "" : " over " + previous.value().toStringUtf8());
  }
}
