package io.metastore.core.watch;

import static io.metastore.core.watch.TestHub.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys that one transaction changes twice, which etcd's clients can cause. */
final class WatchOfOverwrittenKeysTest {
  @RegisterExtension final Machines machines = new Machines();

  private final TestHub hub = new TestHub(machines.open(), TestHub.ROOMY);
  private final TestHub.TestStream stream = hub.openStream();

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void catchingUpContinuesPastAPutThatItsTransactionUndid() {
    hub.apply(Commands.of(put(), delete()));
    hub.apply(Commands.of(put()));

    stream.create(0, spec("k", "", 2));

    assertThat(events(2)).containsExactly("DELETE 2", "PUT 3");
  }

  @Test
  void catchingUpSendsADeleteAndThePutAfterIt() {
    hub.apply(Commands.of(put()));
    hub.apply(Commands.of(delete(), put()));

    stream.create(0, spec("k", "", 3));

    assertThat(events(2)).containsExactly("DELETE 3", "PUT 3");
  }

  @Test
  void watcherThatStartsInTheFutureSuppressesProgress() {
    stream.create(0, spec("k", "", 3));
    stream.requestProgress();
    stream.create(1, spec("k", "", 0));
    stream.cancel(0);
    stream.requestProgress();

    assertThat(stream.next()).isInstanceOf(WatchMessage.Created.class);
    assertThat(stream.next()).isInstanceOf(WatchMessage.Created.class);
    assertThat(stream.next()).isInstanceOf(WatchMessage.Cancelled.class);
    assertThat(stream.next()).isInstanceOf(WatchMessage.StreamProgress.class);
  }

  private static Op put() {
    return Op.newBuilder().setPut(Commands.putOp("k", "")).build();
  }

  private static Op delete() {
    return Op.newBuilder().setDelete(Delete.newBuilder().setKey(Commands.bytes("k"))).build();
  }

  private List<String> events(int count) {
    List<String> events = new ArrayList<>();
    while (events.size() < count) {
      if (stream.next() instanceof WatchMessage.Events message) {
        for (WatchEvent event : message.events()) {
          events.add(event.kind() + " " + event.current().modRevision());
        }
      }
    }
    return events;
  }
}
