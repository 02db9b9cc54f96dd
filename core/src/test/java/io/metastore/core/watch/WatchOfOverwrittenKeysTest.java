package io.metastore.core.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Txn;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that one transaction changes twice, which etcd's clients can bring about. */
final class WatchOfOverwrittenKeysTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("k");

  @TempDir Path directory;
  private StoreMachine machine;
  private WatchHub hub;
  private WatchStream stream;
  private final Semaphore news = new Semaphore(0);

  @BeforeEach
  void open() {
    machine =
        new StoreMachine(
            Storage.open(directory.resolve("db"), new StorageOptions(1 << 20, 1 << 20)), 1 << 20);
    hub =
        new WatchHub(
            () -> requireNonNull(machine.tryView()), new WatchLimits(1 << 20, 1 << 20, 600_000));
    stream = hub.openStream(news::release);
  }

  @AfterEach
  void close() {
    hub.close();
    machine.close();
  }

  @Test
  void catchingUpGoesOnPastAPutThatWasUndoneAtOnce() throws Exception {
    apply(put(), delete());
    apply(put());

    stream.create(0, watch(2));

    assertThat(events(2)).containsExactly("DELETE 2", "PUT 3");
  }

  @Test
  void catchingUpTellsOfADeleteAndThePutThatFollowedIt() throws Exception {
    apply(put());
    apply(delete(), put());

    stream.create(0, watch(3));

    assertThat(events(2)).containsExactly("DELETE 3", "PUT 3");
  }

  @Test
  void watchThatStartsLaterKeepsTheStreamFromTellingOfProgress() throws Exception {
    stream.create(0, watch(3));
    stream.requestProgress();
    stream.create(1, watch(0));
    stream.cancel(0);
    stream.requestProgress();

    assertThat(next()).isInstanceOf(WatchMessage.Created.class);
    assertThat(next()).isInstanceOf(WatchMessage.Created.class);
    assertThat(next()).isInstanceOf(WatchMessage.Cancelled.class);
    assertThat(next()).isInstanceOf(WatchMessage.StreamProgress.class);
  }

  private static WatchSpec watch(long startRevision) {
    return new WatchSpec(KEY, ByteString.EMPTY, startRevision, true, true, false, false);
  }

  private static Op put() {
    return Op.newBuilder().setPut(Put.newBuilder().setKey(KEY)).build();
  }

  private static Op delete() {
    return Op.newBuilder().setDelete(Delete.newBuilder().setKey(KEY)).build();
  }

  private void apply(Op... ops) {
    Command command =
        Command.newBuilder().setTxn(Txn.newBuilder().addAllSuccess(List.of(ops))).build();
    hub.offer(
        machine.apply(
            1,
            machine.state().index() + 1,
            CommandBatch.newBuilder().addSlices(Slice.newBuilder().addCommands(command)).build(),
            0));
  }

  private List<String> events(int count) throws InterruptedException {
    List<String> events = new ArrayList<>();
    while (events.size() < count) {
      if (next() instanceof WatchMessage.Events message) {
        for (WatchEvent event : message.events()) {
          events.add(event.kind() + " " + event.current().modRevision());
        }
      }
    }
    return events;
  }

  private WatchMessage next() throws InterruptedException {
    WatchMessage message = stream.poll();
    while (message == null) {
      assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).as("the hub said something").isTrue();
      message = stream.poll();
    }
    return message;
  }
}
