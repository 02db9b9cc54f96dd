package io.metastore.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The part of ASN.1's DER encoding that is needed for keys and self-signed certificates. The JDK
 * has no public API for it.
 */
final class Der {
  static final int EXPLICIT_0 = 0xA0;
  static final int EXPLICIT_3 = 0xA3;
  private static final int BOOLEAN = 0x01;
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int NULL = 0x05;
  private static final int OBJECT_ID = 0x06;
  private static final int UTF8_STRING = 0x0C;
  private static final int UTC_TIME = 0x17;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");

  /** From this year on, RFC 5280 requires a four-digit year. */
  private static final int GENERALIZED_SINCE = 2050;

  private Der() {}

  /** Encodes an element: tag, length and parts. */
  static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length < 0x80) {
      all.write(length);
    } else {
      byte[] digits = BigInteger.valueOf(length).toByteArray();
      int from = digits[0] == 0 ? 1 : 0;
      all.write(0x80 | (digits.length - from));
      all.write(digits, from, digits.length - from);
    }
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }

  static byte[] sequence(byte[]... parts) {
    return element(SEQUENCE, parts);
  }

  static byte[] set(byte[]... parts) {
    return element(SET, parts);
  }

  static byte[] integer(BigInteger value) {
    return element(INTEGER, value.toByteArray());
  }

  static byte[] yes() {
    return element(BOOLEAN, new byte[] {(byte) 0xFF});
  }

  static byte[] none() {
    return element(NULL);
  }

  static byte[] octets(byte[] value) {
    return element(OCTET_STRING, value);
  }

  /** Encodes a bit string; unused bits are at the end of the last byte. */
  static byte[] bits(int unusedBits, byte[] value) {
    return element(BIT_STRING, new byte[] {(byte) unusedBits}, value);
  }

  static byte[] text(String value) {
    return element(UTF8_STRING, value.getBytes(UTF_8));
  }

  static byte[] time(Instant time) {
    String text = TIME.format(time.atOffset(ZoneOffset.UTC));
    return time.atOffset(ZoneOffset.UTC).getYear() < GENERALIZED_SINCE
        ? element(UTC_TIME, text.substring(2).getBytes(US_ASCII))
        : element(GENERALIZED_TIME, text.getBytes(US_ASCII));
  }

  /** Encodes an object identifier, such as {@code 2.5.29.17}. */
  static byte[] objectId(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(40 * Integer.parseInt(arcs[0]) + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >>> shift != 0) {
          content.write(0x80 | ((arc >>> shift) & 0x7F));
        }
      }
      content.write(arc & 0x7F);
    }
    return element(OBJECT_ID, content.toByteArray());
  }

  /**
   * The content of the first element with this tag in a sequence.
   *
   * @throws IllegalArgumentException if there is none
   */
  static byte[] find(byte[] sequence, int tag) {
    Reader reader = new Reader(sequence);
    reader.enter(SEQUENCE);
    while (reader.at < reader.bytes.length) {
      int found = reader.bytes[reader.at] & 0xFF;
      byte[] content = reader.content(found);
      if (found == tag) {
        return content;
      }
    }
    throw new IllegalArgumentException("malformed key: an element is missing");
  }

  /** Decodes elements one after the other. */
  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Continues with the content of the current element. */
    void enter(int tag) {
      int length = length(tag);
      if (length != bytes.length - at) {
        throw new IllegalArgumentException("malformed key: wrong length");
      }
    }

    byte[] content(int tag) {
      int length = length(tag);
      byte[] content = new byte[length];
      System.arraycopy(bytes, at, content, 0, length);
      at += length;
      return content;
    }

    private int length(int tag) {
      if (next() != tag) {
        throw new IllegalArgumentException("malformed key: unexpected element");
      }
      int length = next();
      if (length >= 0x80) {
        int digits = length & 0x7F;
        length = 0;
        for (int i = 0; i < digits && i < 4; i++) {
          length = (length << 8) | next();
        }
      }
      if (length < 0 || length > bytes.length - at) {
        throw new IllegalArgumentException("malformed key: cut off");
      }
      return length;
    }

    private int next() {
      if (at >= bytes.length) {
        throw new IllegalArgumentException("malformed key: cut off");
      }
      return bytes[at++] & 0xFF;
    }
  }
}
