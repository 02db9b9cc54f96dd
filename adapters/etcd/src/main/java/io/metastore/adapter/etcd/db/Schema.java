package io.metastore.adapter.etcd.db;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** The buckets, in the order in which they are stored, and the keys with fixed names. */
enum Schema {
  ALARM("alarm"),
  AUTH("auth"),
  AUTH_ROLES("authRoles"),
  AUTH_USERS("authUsers"),
  CLUSTER("cluster"),
  KEY("key"),
  LEASE("lease"),
  MEMBERS("members"),
  MEMBERS_REMOVED("members_removed"),
  META("meta");

  static final byte[] AUTH_ENABLED = bytes("authEnabled");
  static final byte[] AUTH_REVISION = bytes("authRevision");
  static final byte[] CLUSTER_VERSION = bytes("clusterVersion");
  static final byte[] CONF_STATE = bytes("confState");
  static final byte[] CONSISTENT_INDEX = bytes("consistent_index");
  static final byte[] FINISHED_COMPACTION = bytes("finishedCompactRev");
  static final byte[] SCHEDULED_COMPACTION = bytes("scheduledCompactRev");
  static final byte[] STORAGE_VERSION = bytes("storageVersion");
  static final byte[] TERM = bytes("term");

  @SuppressWarnings("ImmutableEnumChecker") // never changed
  private final byte[] bucket;

  Schema(String bucket) {
    this.bucket = bytes(bucket);
  }

  byte[] bucket() {
    return bucket.clone();
  }

  boolean is(byte[] name) {
    return Arrays.equals(bucket, name);
  }

  /** Whether a key of {@link #META} differs between members with equal data. */
  static boolean isMembersOwn(byte[] metaKey) {
    return Arrays.equals(metaKey, TERM)
        || Arrays.equals(metaKey, CONSISTENT_INDEX)
        || Arrays.equals(metaKey, STORAGE_VERSION);
  }

  static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }
}
