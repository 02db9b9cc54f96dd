package io.metastore.adapter.metastore;

import io.metastore.api.v1.Event;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;

/** Translates watch requests to specifications, and messages of the store to responses. */
final class WatchTranslator {
  private WatchTranslator() {}

  static WatchSpec toSpec(WatchRequest request, WatchTarget target) {
    return new WatchSpec(
        target.bounds().key(),
        target.bounds().end(),
        Limits.notNegative("start_revision", request.getStartRevision()),
        true,
        true,
        request.getReturnPrevious(),
        true);
  }

  /** The events that the client wants; a progress message if there are none. */
  static WatchResponse toResponse(WatchTarget target, WatchMessage.Events events) {
    WatchResponse.Builder response = WatchResponse.newBuilder().setRevision(events.revision());
    for (WatchEvent event : events.events()) {
      if (target.has(event.current().key())) {
        response.addEvents(toEvent(event));
      }
    }
    return response.build();
  }

  /** Reports that all events up to this revision have been sent. */
  static WatchResponse toProgress(long revision) {
    return WatchResponse.newBuilder().setRevision(revision).build();
  }

  private static Event toEvent(WatchEvent event) {
    Event.Builder wire =
        Event.newBuilder()
            .setKind(
                switch (event.kind()) {
                  case PUT -> Event.Kind.PUT;
                  case DELETE -> Event.Kind.DELETE;
                })
            .setEntry(Entries.toWire(event.current()));
    if (event.previous() != null) {
      wire.setPrevious(Entries.toWire(event.previous()));
    }
    return wire.build();
  }
}
