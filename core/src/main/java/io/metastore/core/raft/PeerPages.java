package io.metastore.core.raft;

import org.jspecify.annotations.Nullable;

/** What the peer port tells by HTTP. Thread-safe, never blocks. */
@FunctionalInterface
public interface PeerPages {

  /** Of a member that has nothing to tell. */
  PeerPages NONE = path -> null;

  /** The JSON to be found at {@code path}, or null. */
  @Nullable String find(String path);
}
