package io.metastore.core.storage;

/**
 * The tables that share {@link Table#SMALL}. A table's ID is the first byte of each of its keys,
 * and never changes.
 */
public enum SmallTable {
  /** First key of a block → number of keys in the block. */
  COUNT('c'),
  /**
   * Singletons: applied index, revision, compacted revision, digest; the last allocated client ID.
   */
  META('m'),
  /** Lease ID → TTL. */
  LEASE('l'),
  /** Lease ID ‖ user key → nothing. */
  LEASE_KEY('k'),
  /** Lock name ‖ create revision → place in the queue. */
  LOCK('q'),
  /** Member ID → name and URLs. */
  MEMBER('n'),
  /** Users, roles and the access control switch. */
  AUTH('a'),
  /** Session ID → timeout, password, attachment. */
  SESSION('s'),
  /** Session ID ‖ path of an ephemeral node → nothing. */
  EPHEMERAL('e'),
  /** Access lists of znodes. */
  ACL('i'),
  /** Time at which a container or TTL node is due for deletion ‖ its path → nothing. */
  REAPABLE('t'),
  /** Alarm kind ‖ member ID → nothing. */
  ALARM('w');

  private final byte id;

  SmallTable(char id) {
    this.id = (byte) id;
  }

  public byte id() {
    return id;
  }

  /** Starts a key of this table. */
  public KeyWriter key() {
    return new KeyWriter().int8(id);
  }
}
