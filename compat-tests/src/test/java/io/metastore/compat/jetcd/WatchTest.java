package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import org.junit.jupiter.api.Test;

class WatchTest extends JetcdSuite {
  @Test
  void aPutIsSeen() throws Exception {
    try (Watching watch = begin("a", created())) {
      put("a", "1");
      assertThat(watch.next(1)).containsExactly("PUT " + own + "a=1");
    }
  }

  @Test
  void aDeletionIsSeenWithoutAValue() throws Exception {
    put("a", "1");
    try (Watching watch = begin("a", created())) {
      get(client.getKVClient().delete(bytes(own + "a")));
      assertThat(watch.next(1)).containsExactly("DELETE " + own + "a=");
    }
  }

  @Test
  void otherKeysAreNotSeen() throws Exception {
    try (Watching watch = begin("b", created())) {
      put("a", "1");
      put("b", "2");
      put("c", "3");
      put("b", "4");
      assertThat(watch.next(2)).containsExactly("PUT " + own + "b=2", "PUT " + own + "b=4");
    }
  }

  @Test
  void aPrefixSeesItsKeysInOrderOfTheirRevisions() throws Exception {
    try (Watching watch = begin("", created().isPrefix(true))) {
      put("b", "1");
      put("a", "2");
      put("b", "3");
      assertThat(watch.next(3))
          .containsExactly("PUT " + own + "b=1", "PUT " + own + "a=2", "PUT " + own + "b=3");
    }
  }

  @Test
  void aWatchFromThePastSeesWhatHappenedSince() throws Exception {
    put("a", "1");
    long second = put("a", "2");
    put("a", "3");
    WatchOption.Builder since = WatchOption.builder().withRevision(second);
    try (Watching watch = begin("a", since)) {
      assertThat(watch.next(2)).containsExactly("PUT " + own + "a=2", "PUT " + own + "a=3");
      put("a", "4");
      assertThat(watch.next(1)).containsExactly("PUT " + own + "a=4");
    }
  }

  @Test
  void aWatchFromTheFutureSeesNothingBefore() throws Exception {
    long now = put("a", "1");
    try (Watching watch = begin("a", created().withRevision(now + 2))) {
      put("a", "2");
      put("a", "3");
      assertThat(watch.next(1)).containsExactly("PUT " + own + "a=3");
    }
  }

  @Test
  void eventHasThePreviousValue() throws Exception {
    put("a", "1");
    try (Watching watch = begin("a", created().withPrevKV(true))) {
      put("a", "2");
      WatchEvent event = watch.nextResponse().getEvents().get(0);
      assertThat(text(event.getPrevKV().getValue())).isEqualTo("1");
    }
  }

  @Test
  void deletionsMayBeLeftOut() throws Exception {
    put("a", "1");
    try (Watching watch = begin("a", created().withNoDelete(true))) {
      get(client.getKVClient().delete(bytes(own + "a")));
      put("a", "2");
      assertThat(watch.next(1)).containsExactly("PUT " + own + "a=2");
    }
  }

  @Test
  void putsMayBeLeftOut() throws Exception {
    try (Watching watch = begin("a", created().withNoPut(true))) {
      put("a", "1");
      get(client.getKVClient().delete(bytes(own + "a")));
      assertThat(watch.next(1)).containsExactly("DELETE " + own + "a=");
    }
  }

  @Test
  void aLargeDeletionArrivesInOnePiece() throws Exception {
    int keys = 2000;
    Op[] puts = new Op[100];
    for (int i = 0; i < keys; i++) {
      puts[i % 100] = Op.put(bytes(own + i), bytes("v"), PutOption.DEFAULT);
      if (i % 100 == 99) {
        get(client.getKVClient().txn().Then(puts).commit());
      }
    }
    try (Watching watch = begin("", created().isPrefix(true))) {
      get(client.getKVClient().delete(bytes(own), DeleteOption.builder().isPrefix(true).build()));
      assertThat(watch.nextResponse().getEvents()).hasSize(keys);
    }
  }

  @Test
  void aTransactionArrivesInOnePiece() throws Exception {
    put("z", "0");
    try (Watching watch = begin("", created().isPrefix(true))) {
      get(
          client
              .getKVClient()
              .txn()
              .Then(
                  Op.put(bytes(own + "a"), bytes("1"), PutOption.DEFAULT),
                  Op.put(bytes(own + "b"), bytes("2"), PutOption.DEFAULT),
                  Op.delete(bytes(own + "z"), DeleteOption.DEFAULT))
              .commit());
      WatchResponse response = watch.nextResponse();
      assertThat(response.getEvents())
          .extracting(event -> event.getEventType() + " " + text(event.getKeyValue().getKey()))
          .containsExactly("PUT " + own + "a", "PUT " + own + "b", "DELETE " + own + "z");
      assertThat(response.getEvents())
          .extracting(event -> event.getKeyValue().getModRevision())
          .containsOnly(response.getHeader().getRevision());
    }
  }

  @Test
  void manyWatchesOfOneClientEachSeeTheirOwn() throws Exception {
    try (Watching first = begin("a", created());
        Watching second = begin("b", created())) {
      put("b", "1");
      put("a", "2");
      assertThat(first.next(1)).containsExactly("PUT " + own + "a=2");
      assertThat(second.next(1)).containsExactly("PUT " + own + "b=1");
    }
  }

  @Test
  void aWatchFromBeforeACompactionEndsWithItsRevision() throws Exception {
    long first = put("a", "1");
    long second = put("a", "2");
    get(client.getKVClient().compact(second));
    try (Watching watch =
        Watching.begin(client, own + "a", WatchOption.builder().withRevision(first).build())) {
      Throwable end = watch.end();
      assertThat(end).isInstanceOf(CompactedException.class);
      assertThat(((CompactedException) end).getCompactedRevision()).isGreaterThanOrEqualTo(second);
    }
  }

  @Test
  void progressIsReportedOnRequest() throws Exception {
    try (Watching watch = begin("a", created().withProgressNotify(true))) {
      long now = put("b", "1");
      client.getWatchClient().requestProgress();
      WatchResponse response = watch.nextResponse();
      assertThat(response.isProgressNotify()).isTrue();
      assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(now);
    }
  }

  private static WatchOption.Builder created() {
    return WatchOption.builder().withCreateNotify(true);
  }

  /** Starts a watch, and waits for the server's confirmation if {@code option} requests one. */
  private Watching begin(String key, WatchOption.Builder option) throws InterruptedException {
    WatchOption built = option.build();
    Watching watch = Watching.begin(client, own + key, built);
    if (built.isCreatedNotify()) {
      assertThat(watch.nextResponse().isCreatedNotify()).isTrue();
    }
    return watch;
  }
}
