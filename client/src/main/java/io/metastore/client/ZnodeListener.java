package io.metastore.client;

import io.metastore.api.v1.ZnodeEvent;
import java.util.List;

/** Receives the changes of watched znodes. Called by one thread at a time; may block. */
public interface ZnodeListener {
  /**
   * The watch has started, or has started again after a lost connection. Changes up to this
   * revision that were not reported will not be: read the znodes now.
   */
  void started(long revision);

  /**
   * Some events, in order.
   *
   * @param events not empty
   */
  void changed(List<ZnodeEvent> events);

  /**
   * The watch ended without a call of {@link ZnodeWatch#close}; there will be no more events.
   *
   * @param failure a {@link MetastoreException}, or the exception thrown by the listener
   */
  default void ended(Throwable failure) {}
}
