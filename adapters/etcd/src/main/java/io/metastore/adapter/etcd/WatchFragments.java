package io.metastore.adapter.etcd;

import com.google.protobuf.CodedOutputStream;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;

/** Splits a response with many events for a client that requested fragments. */
final class WatchFragments {
  private WatchFragments() {}

  /**
   * The same events in responses that are smaller than {@code bytesMax} or have a single event. All
   * but the last are marked as fragments.
   */
  static List<WatchResponse> split(WatchResponse whole, int bytesMax) {
    if (whole.getEventsCount() < 2 || whole.getSerializedSize() < bytesMax) {
      return List.of(whole);
    }
    WatchResponse.Builder fragment = whole.toBuilder().clearEvents().setFragment(true);
    int emptyBytes = fragment.build().getSerializedSize();
    List<WatchResponse> fragments = new ArrayList<>();
    int bytes = emptyBytes;
    for (Event event : whole.getEventsList()) {
      int eventBytes =
          CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
      if (fragment.getEventsCount() > 0 && bytes + eventBytes >= bytesMax) {
        fragments.add(fragment.build());
        fragment.clearEvents();
        bytes = emptyBytes;
      }
      fragment.addEvents(event);
      bytes += eventBytes;
    }
    fragments.add(fragment.clearFragment().build());
    return fragments;
  }
}
