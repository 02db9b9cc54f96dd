package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.JuteWriter;
import java.util.List;
import java.util.function.Consumer;

/**
 * The reply to a read.
 *
 * @param watches to be armed before the body is written
 * @param missed events to be sent before the reply
 * @param slow whether writing the body may read much data
 * @param body writes the part after the header if there is no error; reads from the view that it
 *     was created for
 */
record ReadAnswer(
    int error,
    List<WatchTable.Watch> watches,
    List<Notification> missed,
    boolean slow,
    Consumer<JuteWriter> body) {
  ReadAnswer {
    watches = List.copyOf(watches);
    missed = List.copyOf(missed);
    requireNonNull(body, "body");
  }

  static ReadAnswer of(Consumer<JuteWriter> body) {
    return new ReadAnswer(ErrorCode.OK, List.of(), List.of(), false, body);
  }

  static ReadAnswer error(int code) {
    return new ReadAnswer(code, List.of(), List.of(), false, out -> {});
  }

  ReadAnswer slowly() {
    return new ReadAnswer(error, watches, missed, true, body);
  }

  ReadAnswer arming(WatchKind kind, String path) {
    return new ReadAnswer(error, List.of(new WatchTable.Watch(kind, path)), missed, slow, body);
  }
}
