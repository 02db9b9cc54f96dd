package io.metastore.core.raft;

import org.jspecify.annotations.Nullable;

/** The pages that the peer port serves over HTTP. Thread-safe; never blocks. */
@FunctionalInterface
public interface PeerPages {

  /** No pages. */
  PeerPages NONE = path -> null;

  /** The JSON text at {@code path}; null if there is none. */
  @Nullable String find(String path);
}
