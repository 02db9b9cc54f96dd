package io.metastore.compat.jetcd;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.metastore.compat.process.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A watch whose events the test takes one by one. The client's threads add them. */
final class Watching implements AutoCloseable {
  private final LinkedBlockingQueue<Object> answers = new LinkedBlockingQueue<>();
  private final Watch.Watcher watcher;

  private Watching(Client client, String key, WatchOption option) {
    watcher =
        client
            .getWatchClient()
            .watch(Jetcd.bytes(key), option, answers::add, (Throwable end) -> answers.add(end));
  }

  /**
   * Starts a watch. Without a start revision, only puts after the server's confirmation are certain
   * to be seen.
   */
  static Watching begin(Client client, String key, WatchOption option) {
    return new Watching(client, key, option);
  }

  WatchResponse nextResponse() throws InterruptedException {
    return (WatchResponse) next();
  }

  /** The error that ended the watch. */
  Throwable end() throws InterruptedException {
    return (Throwable) next();
  }

  /** Waits for the next events, as {@code PUT key=value}, from as many responses as needed. */
  List<String> next(int count) throws InterruptedException {
    List<String> events = new ArrayList<>();
    while (events.size() < count) {
      for (WatchEvent event : nextResponse().getEvents()) {
        events.add(
            event.getEventType()
                + " "
                + Jetcd.text(event.getKeyValue().getKey())
                + "="
                + Jetcd.text(event.getKeyValue().getValue()));
      }
    }
    return events;
  }

  private Object next() throws InterruptedException {
    Object answer = answers.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("nothing came within " + Await.PATIENCE);
    }
    return answer;
  }

  @Override
  public void close() {
    watcher.close();
  }
}
