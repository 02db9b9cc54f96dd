package io.metastore.client;

import io.metastore.api.v1.Event;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.WatchRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** The tutorial's configuration watcher. docs/guide.md quotes it. */
final class ConfigWatcher {
  private ConfigWatcher() {}

  public static void main(String[] args) throws InterruptedException {
    // guide: begin
    try (MetastoreClient client = MetastoreClient.builder().endpoints("127.0.0.1:2379").build()) {
      Map<String, String> config = new TreeMap<>();
      RangeEnd read =
          client
              .keyValue()
              .read(
                  GetRangeRequest.newBuilder().setKeys(Conditions.subtree("/app/config")).build(),
                  entry -> config.put(entry.getKey(), entry.getValue().toStringUtf8()));
      System.out.println("read " + config);
      WatchRequest changes =
          WatchRequest.newBuilder()
              .setSubtree("/app/config")
              .setStartRevision(read.revision() + 1) // no gap
              .build();
      client
          .keyValue()
          .watch(
              changes,
              (revision, events) -> {
                for (Event event : events) {
                  String key = event.getEntry().getKey();
                  if (event.getKind() == Event.Kind.DELETE) {
                    config.remove(key);
                  } else {
                    config.put(key, event.getEntry().getValue().toStringUtf8());
                  }
                }
                System.out.println("now " + config);
              });
      new CountDownLatch(1).await(); // this program does nothing else
    }
    // guide: end
  }
}
