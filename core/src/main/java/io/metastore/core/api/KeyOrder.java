package io.metastore.core.api;

import com.google.protobuf.ByteString;

/** The order of keys: by their unsigned bytes. */
public final class KeyOrder {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private KeyOrder() {}

  /** The smallest key greater than {@code key}. */
  public static ByteString after(ByteString key) {
    return key.concat(ZERO);
  }
}
