package io.metastore.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * Encodes arbitrary bytes as text without control characters, and decodes it: {@code \n}, {@code
 * \r}, {@code \t}, {@code \\}, {@code \"}, and {@code \xHH} for a byte. All other text is kept as
 * it is.
 */
public final class EscapedText {
  private EscapedText() {}

  /** Encodes bytes as one line without tabs. Bytes that are not UTF-8 become {@code \xHH} each. */
  public static String of(byte[] bytes) {
    String text = findUtf8(bytes);
    StringBuilder escaped = new StringBuilder(bytes.length);
    if (text == null) {
      for (byte one : bytes) {
        append(escaped, one & 0xff, one >= 0);
      }
    } else {
      text.chars().forEach(unit -> append(escaped, unit, true));
    }
    return escaped.toString();
  }

  /** Decodes UTF-8; null if the bytes are not valid UTF-8. */
  public static @Nullable String findUtf8(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * Decodes an escaped text.
   *
   * @throws IllegalArgumentException if a backslash is followed by an unknown character
   */
  public static byte[] parse(String escaped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int position = 0;
    while (position < escaped.length()) {
      int next = escaped.indexOf('\\', position);
      int end = next < 0 ? escaped.length() : next;
      bytes.writeBytes(escaped.substring(position, end).getBytes(UTF_8));
      position = next < 0 ? end : parseOne(escaped, next + 1, bytes);
    }
    return bytes.toByteArray();
  }

  private static int parseOne(String escaped, int position, ByteArrayOutputStream bytes) {
    char kind = position < escaped.length() ? escaped.charAt(position) : ' ';
    switch (kind) {
      case 'n' -> bytes.write('\n');
      case 'r' -> bytes.write('\r');
      case 't' -> bytes.write('\t');
      case '\\', '"' -> bytes.write(kind);
      case 'x' -> {
        if (!escaped.substring(position + 1).matches("(?s)[0-9a-fA-F]{2}.*")) {
          throw new IllegalArgumentException("\\x needs two hexadecimal digits");
        }
        bytes.write(Integer.parseInt(escaped.substring(position + 1, position + 3), 16));
        return position + 3;
      }
      default ->
          throw new IllegalArgumentException(
              "a backslash must be followed by n, r, t, \\, \" or xHH");
    }
    return position + 1;
  }

  private static void append(StringBuilder escaped, int unit, boolean printable) {
    switch (unit) {
      case '\n' -> escaped.append("\\n");
      case '\r' -> escaped.append("\\r");
      case '\t' -> escaped.append("\\t");
      case '\\' -> escaped.append("\\\\");
      default -> {
        if (printable && unit >= ' ' && unit != 0x7f) {
          escaped.append((char) unit);
        } else {
          escaped.append(String.format("\\x%02x", unit));
        }
      }
    }
  }
}
