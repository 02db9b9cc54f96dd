package io.metastore.bench.faults.testbed;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The check of etcd's snapshots, which end with the SHA-256 of everything before. */
final class Checksum {
  private static final int BYTES = 32;

  private final MessageDigest digest;

  /** The last bytes, which may be the checksum. */
  private ByteString tail = ByteString.EMPTY;

  Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(ByteString part) {
    ByteString all = tail.concat(part);
    int content = Math.max(0, all.size() - BYTES);
    digest.update(all.substring(0, content).asReadOnlyByteBuffer());
    tail = all.substring(content);
  }

  boolean matches() {
    return MessageDigest.isEqual(digest.digest(), tail.toByteArray());
  }
}
