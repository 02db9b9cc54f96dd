package io.metastore.client;

import io.metastore.api.v1.Event;
import java.util.List;

/** Hears what happens to watched keys. Called by one thread at a time; may block. */
@FunctionalInterface
public interface WatchListener {
  /**
   * Some events, in order; all those of one revision together, none twice, none left out.
   *
   * @param revision up to which everything has been told with this
   * @param events not empty
   */
  void changed(long revision, List<Event> events);

  /**
   * The watch ended, other than by {@link Watch#close}: nothing more will be told. After reason
   * COMPACTED read the keys anew, and watch from the revision read at + 1.
   *
   * @param failure a {@link MetastoreException}, or what {@link #changed} threw
   */
  default void ended(Throwable failure) {}
}
