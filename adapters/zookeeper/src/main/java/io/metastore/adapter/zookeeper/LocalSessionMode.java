package io.metastore.adapter.zookeeper;

/** Whether new sessions are known to one member only, until they write. */
public enum LocalSessionMode {
  OFF,
  /** Such a session cannot create ephemeral nodes. */
  ON,
  /** A session that creates an ephemeral node becomes an ordinary one. */
  UPGRADABLE
}
