package io.metastore.client;

import io.metastore.api.v1.Event;
import java.util.List;

/** Receives the changes of watched keys. Called by one thread at a time; may block. */
@FunctionalInterface
public interface WatchListener {
  /**
   * Some events in order, without gaps or duplicates. All events of one revision come together.
   *
   * @param revision all changes up to this revision have now been reported
   * @param events not empty
   */
  void changed(long revision, List<Event> events);

  /**
   * The watch ended without a call of {@link Watch#close}; there will be no more events. After the
   * reason COMPACTED, read the keys again and start a watch at the revision of that read plus 1.
   *
   * @param failure a {@link MetastoreException}, or the exception thrown by {@link #changed}
   */
  default void ended(Throwable failure) {}
}
