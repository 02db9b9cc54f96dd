package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListLocksResponse;
import io.metastore.api.v1.Lock;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.ReadView;
import java.util.List;

/**
 * A request for one page of the locks that have a place.
 *
 * @param from the first name that can be on the page
 */
record LocksPage(KeyBounds names, ByteString from, int pageSize) {
  /**
   * @throws Refusal if the request is malformed
   */
  static LocksPage of(ListLocksRequest request) {
    String directory = request.getDirectory().isEmpty() ? "/" : request.getDirectory();
    KeyBounds names = KeyBounds.subtree("directory", directory);
    int pageSize = Limits.toPageSize(request.getPageSize());
    if (request.getPageToken().isEmpty()) {
      return new LocksPage(names, names.key(), pageSize);
    }
    ByteString from = PageToken.parse(request.getPageToken()).position();
    if (!from.startsWith(names.key())) {
      throw PageToken.invalid();
    }
    return new LocksPage(names, from, pageSize);
  }

  /**
   * @param nowMs since 1970
   */
  ListLocksResponse read(ReadView view, long nowMs) {
    ListLocksResponse.Builder page = ListLocksResponse.newBuilder().setRevision(view.revision());
    List<ByteString> found = view.lockNames(from, names.end(), pageSize + 1);
    for (ByteString name : found.subList(0, Math.min(found.size(), pageSize))) {
      if (Paths.isPath(name)) {
        page.addLocks(toWire(name, view.lockQueue(name), nowMs));
      }
    }
    if (found.size() > pageSize) {
      ByteString next = KeyOrder.after(found.get(pageSize - 1));
      page.setNextPageToken(new PageToken(0, next).toText());
    }
    return page.build();
  }

  private static Lock toWire(ByteString name, List<LockPlaceView> queue, long nowMs) {
    Lock.Builder lock = Lock.newBuilder().setNameBytes(name);
    for (LockPlaceView place : queue) {
      if (place.state() == LockPlaceView.State.WAITING) {
        lock.setWaiters(lock.getWaiters() + 1);
      } else {
        lock.addHolders(LockTranslator.toWire(place, nowMs));
      }
    }
    return lock.build();
  }
}
