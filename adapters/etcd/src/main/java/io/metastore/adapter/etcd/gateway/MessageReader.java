package io.metastore.adapter.etcd.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Parses a message from JSON with the rules and error texts of Go's {@code protojson}: fields can
 * have their original or their JSON name, unknown fields and unknown enum names are ignored, and
 * numbers can be strings. protobuf's {@code JsonFormat} accepts other inputs (comments, single
 * quotes) and has other error texts.
 *
 * <p>{@link GoJson} has already found the end of the value, so its syntax is valid.
 */
final class MessageReader {
  /** The maximum nesting depth of messages, as in binary form. */
  private static final int DEPTH_MAX = 100;

  /** The maximum exponent of a number that can still be a 64-bit integer. */
  private static final int EXPONENT_MAX = 400;

  private static final Map<Descriptor, Map<String, FieldDescriptor>> FIELDS =
      new ConcurrentHashMap<>();

  private final byte[] text;
  private final int start;
  private int at;

  private MessageReader(byte[] text, int start) {
    this.text = text;
    this.start = start;
    this.at = start;
  }

  /**
   * Parses the value at {@code start}.
   *
   * @param prototype a message of the expected type
   */
  static Message read(byte[] text, int start, Message prototype) throws JsonRefusal {
    MessageReader reader = new MessageReader(text, start);
    Message.Builder message = prototype.newBuilderForType();
    reader.message(message, 0);
    return message.build();
  }

  private void message(Message.Builder message, int depth) throws JsonRefusal {
    if (depth > DEPTH_MAX) {
      throw new JsonRefusal("proto: exceeded maximum recursion depth");
    }
    space();
    if (text[at] != '{') {
      throw unexpected();
    }
    at++;
    Map<String, FieldDescriptor> fields =
        FIELDS.computeIfAbsent(message.getDescriptorForType(), MessageReader::fieldsByName);
    Set<FieldDescriptor> seen = new HashSet<>();
    Set<OneofDescriptor> seenOneofs = new HashSet<>();
    while (true) {
      space();
      if (text[at] == '}') {
        at++;
        return;
      }
      if (text[at] == ',') {
        at++;
        continue;
      }
      int namePosition = at;
      String name = string();
      String rawName = raw(namePosition);
      space();
      at++; // skips the colon
      space();
      FieldDescriptor field = fields.get(name);
      if (field == null) {
        skip();
        continue;
      }
      if (!seen.add(field)) {
        throw refusal(namePosition, "duplicate field " + rawName);
      }
      if (text[at] == 'n') {
        skip();
      } else if (field.isRepeated()) {
        list(message, field, depth);
      } else {
        OneofDescriptor oneof = field.getContainingOneof();
        if (oneof != null && !seenOneofs.add(oneof)) {
          throw refusal(
              namePosition,
              "error parsing %s, oneof %s is already set".formatted(rawName, oneof.getFullName()));
        }
        Object value = single(message, field, depth);
        if (value != null) {
          message.setField(field, value);
        }
      }
    }
  }

  private void list(Message.Builder message, FieldDescriptor field, int depth) throws JsonRefusal {
    if (text[at] != '[') {
      throw unexpected();
    }
    at++;
    while (true) {
      space();
      if (text[at] == ']') {
        at++;
        return;
      }
      if (text[at] == ',') {
        at++;
        continue;
      }
      Object value = single(message, field, depth);
      if (value != null) {
        message.addRepeatedField(field, value);
      }
    }
  }

  /** Reads a single value; null for an unknown enum name. */
  private @Nullable Object single(Message.Builder message, FieldDescriptor field, int depth)
      throws JsonRefusal {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      Message.Builder value = message.newBuilderForField(field);
      message(value, depth + 1);
      return value.build();
    }
    int position = at;
    boolean quoted = text[at] == '"';
    boolean number = isNumberStart(text[at]);
    String token = quoted ? string() : (number ? number() : "");
    Object value =
        switch (field.getType()) {
          case BOOL -> (quoted || number) ? null : bool();
          case STRING -> quoted ? token : null;
          case BYTES -> quoted ? bytes(token) : null;
          case ENUM -> {
            if (quoted) {
              // Null if the name is unknown; the field is then left unset.
              yield enumNamed(field, token);
            }
            Long index = number ? whole(token, Integer.SIZE, true) : null;
            yield index == null
                ? null
                : field.getEnumType().findValueByNumberCreatingIfUnknown(index.intValue());
          }
          case INT32, SINT32, SFIXED32 -> toInt(integer(token, quoted, number, 32, true));
          case UINT32, FIXED32 -> toInt(integer(token, quoted, number, 32, false));
          case INT64, SINT64, SFIXED64 -> integer(token, quoted, number, 64, true);
          case UINT64, FIXED64 -> integer(token, quoted, number, 64, false);
          case FLOAT, DOUBLE, GROUP, MESSAGE ->
              throw new IllegalStateException("no field of etcd's is a " + field.getType());
        };
    if (value == null && !(quoted && field.getType() == FieldDescriptor.Type.ENUM)) {
      throw refusal(
          position,
          "invalid value for %s field %s: %s"
              .formatted(
                  field.getType().name().toLowerCase(Locale.ROOT),
                  field.getJsonName(),
                  rawToken(position)));
    }
    return value;
  }

  private @Nullable Boolean bool() {
    int first = text[at];
    if (first != 't' && first != 'f') {
      return null;
    }
    skip();
    return first == 't';
  }

  private static @Nullable EnumValueDescriptor enumNamed(FieldDescriptor field, String name) {
    return field.getEnumType().findValueByName(name);
  }

  private static @Nullable Integer toInt(@Nullable Long value) {
    return value == null ? null : value.intValue();
  }

  private static @Nullable Long integer(
      String token, boolean quoted, boolean number, int bits, boolean signed) {
    boolean written = number || (quoted && isNumber(token));
    return written ? whole(token, bits, signed) : null;
  }

  private static boolean isNumberStart(int c) {
    return c == '-' || (c >= '0' && c <= '9');
  }

  /** Whether a string is a JSON number and nothing else. */
  private static boolean isNumber(String token) {
    byte[] bytes = token.getBytes(UTF_8);
    if (bytes.length == 0 || !isNumberStart(bytes[0])) {
      return false;
    }
    try {
      return GoJson.endOfValue(bytes, 0) == bytes.length;
    } catch (JsonRefusal e) {
      return false;
    }
  }

  /** An integer in any notation, as the bits of a long; null if it does not fit. */
  private static @Nullable Long whole(String number, int bits, boolean signed) {
    if (number.length() > EXPONENT_MAX) {
      return null;
    }
    BigDecimal decimal;
    try {
      decimal = new BigDecimal(number);
    } catch (NumberFormatException e) {
      return null; // the exponent is far too large
    }
    if (decimal.signum() != 0 && Math.abs((long) decimal.scale()) > EXPONENT_MAX) {
      return null;
    }
    BigInteger integer;
    try {
      integer = decimal.signum() == 0 ? BigInteger.ZERO : decimal.toBigIntegerExact();
    } catch (ArithmeticException e) {
      return null;
    }
    boolean fits =
        signed ? integer.bitLength() < bits : integer.signum() >= 0 && integer.bitLength() <= bits;
    return fits ? integer.longValue() : null;
  }

  /** Decodes standard or URL-safe base64, with or without padding. */
  private static @Nullable ByteString bytes(String text) {
    String base64 = text;
    if (base64.indexOf('\n') >= 0 || base64.indexOf('\r') >= 0) {
      base64 = base64.replace("\n", "").replace("\r", "");
    }
    boolean url = base64.indexOf('-') >= 0 || base64.indexOf('_') >= 0;
    if (base64.endsWith("=") && base64.length() % 4 != 0) {
      return null;
    }
    try {
      return ByteString.copyFrom(
          (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(base64));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  // --- tokens ------------------------------------------------------------------------------------

  private void space() {
    at = GoJson.skipSpace(text, at);
  }

  private String number() {
    int from = at;
    while (at < text.length && "+-.eE0123456789".indexOf(text[at]) >= 0) {
      at++;
    }
    return new String(text, from, at - from, UTF_8);
  }

  /** Reads a string and moves past it. */
  private String string() throws JsonRefusal {
    int position = at;
    int from = ++at;
    boolean plain = true;
    while (text[at] != '"') {
      if (text[at] == '\\') {
        plain = false;
        at++;
      }
      at++;
    }
    String string;
    try {
      string = UTF_8.newDecoder().decode(ByteBuffer.wrap(text, from, at - from)).toString();
    } catch (CharacterCodingException e) {
      throw syntax(position, "invalid UTF-8 in string");
    }
    at++;
    return plain ? string : unescape(string, position);
  }

  private String unescape(String string, int position) throws JsonRefusal {
    StringBuilder out = new StringBuilder(string.length());
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      c = string.charAt(++i);
      switch (c) {
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> {
          out.append((char) Integer.parseInt(string.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> out.append(c);
      }
    }
    String unescaped = out.toString();
    if (!UTF_8.newEncoder().canEncode(unescaped)) {
      throw syntax(position, "invalid escape code in string"); // half a surrogate pair
    }
    return unescaped;
  }

  /** Skips one value. */
  private void skip() {
    int depth = 0;
    do {
      space();
      switch (text[at]) {
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          depth--;
          at++;
        }
        case ',', ':' -> at++;
        case '"' -> {
          at++;
          while (text[at] != '"') {
            at += text[at] == '\\' ? 2 : 1;
          }
          at++;
        }
        default -> {
          while (at < text.length && isScalar(text[at])) {
            at++;
          }
        }
      }
    } while (depth > 0);
  }

  private static boolean isScalar(int c) {
    return (c >= 'a' && c <= 'z') || "+-.E0123456789".indexOf(c) >= 0;
  }

  /** The text from {@code position} to the current position. */
  private String raw(int position) {
    return new String(text, position, at - position, UTF_8);
  }

  /** The token at {@code position}; for a bracket only the bracket itself. */
  private String rawToken(int position) {
    at = position;
    if (text[position] == '{' || text[position] == '[') {
      at++;
    } else {
      skip();
    }
    return raw(position);
  }

  private JsonRefusal unexpected() {
    int position = at;
    return syntax(position, "unexpected token " + rawToken(position));
  }

  private JsonRefusal syntax(int position, String what) {
    return new JsonRefusal("proto: syntax error " + place(position) + ": " + what);
  }

  private JsonRefusal refusal(int position, String what) {
    return new JsonRefusal("proto: " + place(position) + ": " + what);
  }

  /** Line and column in characters, from the beginning of the value. */
  private String place(int position) {
    int line = 1;
    int lineStart = start;
    for (int i = start; i < position; i++) {
      if (text[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    String before = new String(text, lineStart, position - lineStart, UTF_8);
    return "(line %d:%d)".formatted(line, before.codePointCount(0, before.length()) + 1);
  }

  private static Map<String, FieldDescriptor> fieldsByName(Descriptor descriptor) {
    Map<String, FieldDescriptor> fields = new HashMap<>();
    for (FieldDescriptor field : descriptor.getFields()) {
      fields.put(field.getName(), field);
      fields.put(field.getJsonName(), field);
    }
    return fields;
  }
}
