package io.metastore.core.storage;

/**
 * The tables that share {@link Table#SMALL}: the id is the first byte of every key and never
 * changes.
 */
public enum SmallTable {
  /** First key of a block → how many keys the block has. */
  COUNT('c'),
  /** Singletons: applied index, revision, compaction, digest; the last client's id. */
  META('m'),
  /** Lease id → TTL. */
  LEASE('l'),
  /** Lease id ‖ user key → nothing. */
  LEASE_KEY('k'),
  /** Lock name ‖ create revision → place in the queue. */
  LOCK('q'),
  /** Member id → name and URLs. */
  MEMBER('n'),
  /** Users, roles and the switch of access control. */
  AUTH('a'),
  /** Session id → timeout, password, attachment. */
  SESSION('s'),
  /** Session id ‖ path of an ephemeral node → nothing. */
  EPHEMERAL('e'),
  /** Access lists of znodes. */
  ACL('i'),
  /** Time at which a container or a znode with a TTL is due to be deleted ‖ its path → nothing. */
  REAPABLE('t'),
  /** Alarm kind ‖ member id → nothing. */
  ALARM('w');

  private final byte id;

  SmallTable(char id) {
    this.id = (byte) id;
  }

  public byte id() {
    return id;
  }

  /** A writer for a key of this table. */
  public KeyWriter key() {
    return new KeyWriter().int8(id);
  }
}
