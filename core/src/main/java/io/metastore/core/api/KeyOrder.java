package io.metastore.core.api;

import com.google.protobuf.ByteString;

/** Keys are in the order of their unsigned bytes. */
public final class KeyOrder {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private KeyOrder() {}

  /** The first of all keys behind {@code key}. */
  public static ByteString after(ByteString key) {
    return key.concat(ZERO);
  }
}
