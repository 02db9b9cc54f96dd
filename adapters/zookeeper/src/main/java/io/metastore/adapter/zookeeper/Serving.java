package io.metastore.adapter.zookeeper;

/** What a member can serve at the moment. */
enum Serving {
  READ_WRITE,
  /** The member has no leader, and serves its possibly old state to clients that accept that. */
  READ_ONLY,
  /** The member has no leader. */
  NOTHING
}
