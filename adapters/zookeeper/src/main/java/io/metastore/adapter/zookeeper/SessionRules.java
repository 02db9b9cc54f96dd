package io.metastore.adapter.zookeeper;

import java.util.Set;

/**
 * Rules for the sessions of clients.
 *
 * @param requiredSchemes a client must have authenticated in one of these schemes before it may do
 *     anything; empty for no such rule
 * @param localSessions whether new sessions are known to one member only
 * @param servesReadOnly whether a member without a leader serves clients that only want to read
 * @param requestsMax requests of all clients that are processed at once; 0 for no bound
 */
public record SessionRules(
    Set<String> requiredSchemes,
    LocalSessionMode localSessions,
    boolean servesReadOnly,
    int requestsMax) {
  /** ZooKeeper's defaults. */
  public static final SessionRules DEFAULT =
      new SessionRules(Set.of(), LocalSessionMode.OFF, false, 0);

  public SessionRules {
    requiredSchemes = Set.copyOf(requiredSchemes);
  }
}
