package io.metastore.core.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Creates digests that every Java has. */
public final class Digests {
  private Digests() {}

  public static MessageDigest sha1() {
    return create("SHA-1");
  }

  public static MessageDigest sha256() {
    return create("SHA-256");
  }

  private static MessageDigest create(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}
