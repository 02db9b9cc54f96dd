package io.metastore.core.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses as ZooKeeper's access lists write it: {@code 10.0.0.0/8}, or a single
 * address without a prefix length. Parsed here because the JDK's parser would resolve any other
 * text as a host name.
 */
public final class AddressRange {
  private static final int V4_BYTES = 4;
  private static final int V6_GROUPS = 8;

  private AddressRange() {}

  /** Whether the text is an IP address or a range of IP addresses. */
  public static boolean isValid(String range) {
    return parse(range) != null;
  }

  /** Whether an address is in a range; false if either text is not valid. */
  static boolean contains(String range, String address) {
    Prefix prefix = parse(range);
    ByteString bytes = address(address);
    if (prefix == null || bytes == null || bytes.size() != prefix.address().size()) {
      return false;
    }
    for (int bit = 0; bit < prefix.bits(); bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      int index = bit / Byte.SIZE;
      if ((bytes.byteAt(index) & mask) != (prefix.address().byteAt(index) & mask)) {
        return false;
      }
    }
    return true;
  }

  private record Prefix(ByteString address, int bits) {}

  private static @Nullable Prefix parse(String range) {
    int slash = range.indexOf('/');
    ByteString address = address(slash < 0 ? range : range.substring(0, slash));
    if (address == null) {
      return null;
    }
    int all = address.size() * Byte.SIZE;
    int bits = slash < 0 ? all : number(range.substring(slash + 1), 10, all);
    return bits < 0 ? null : new Prefix(address, bits);
  }

  private static @Nullable ByteString address(String text) {
    return text.indexOf(':') >= 0 ? v6(text) : v4(text);
  }

  private static @Nullable ByteString v4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != V4_BYTES) {
      return null;
    }
    byte[] address = new byte[V4_BYTES];
    for (int i = 0; i < V4_BYTES; i++) {
      int part = number(parts[i], 10, 0xff);
      if (part < 0) {
        return null;
      }
      address[i] = (byte) part;
    }
    return UnsafeByteOperations.unsafeWrap(address);
  }

  private static @Nullable ByteString v6(String text) {
    int gap = text.indexOf("::");
    String[] head = groups(gap < 0 ? text : text.substring(0, gap));
    String[] tail = gap < 0 ? new String[0] : groups(text.substring(gap + 2));
    int given = head.length + tail.length;
    if (gap < 0 ? given != V6_GROUPS : given >= V6_GROUPS) {
      return null;
    }
    String[] all = new String[V6_GROUPS];
    Arrays.fill(all, "0");
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, V6_GROUPS - tail.length, tail.length);
    byte[] address = new byte[2 * V6_GROUPS];
    for (int i = 0; i < V6_GROUPS; i++) {
      int group = number(all[i], 16, 0xffff);
      if (group < 0) {
        return null;
      }
      address[2 * i] = (byte) (group >> Byte.SIZE);
      address[2 * i + 1] = (byte) group;
    }
    return UnsafeByteOperations.unsafeWrap(address);
  }

  private static String[] groups(String text) {
    return text.isEmpty() ? new String[0] : text.split(":", -1);
  }

  /** Parses a number from 0 to {@code max}; returns -1 if the text is not one. */
  private static int number(String text, int radix, int max) {
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0 || value * radix + digit > max) {
        return -1;
      }
      value = value * radix + digit;
    }
    return text.isEmpty() ? -1 : value;
  }
}
