package io.metastore.adapter.etcd.gateway;

import java.io.Serial;

/**
 * Finds the end of a JSON value, and reports errors with the texts of Go's {@code encoding/json}.
 * Supports a depth of {@value #DEPTH_MAX} without recursion.
 */
final class GoJson {
  /** Go's maximum depth. */
  static final int DEPTH_MAX = 10_000;

  /** The text ends before the end of the value. */
  static final int INCOMPLETE = -1;

  private static final String VALUE = "looking for beginning of value";
  private static final String KEY = "looking for beginning of object key string";
  private static final int END = -1;

  private final byte[] text;
  private int at;

  /** For each open bracket, whether it is an object's. */
  private final boolean[] objects = new boolean[DEPTH_MAX + 1];

  private int depth;

  private GoJson(byte[] text, int from) {
    this.text = text;
    this.at = from;
  }

  /** The index of the first byte from {@code from} on that is not white space. */
  static int skipSpace(byte[] text, int from) {
    int at = from;
    while (at < text.length && isSpace(text[at])) {
      at++;
    }
    return at;
  }

  /**
   * The index after the value that begins at {@code from}, or {@link #INCOMPLETE}.
   *
   * @param from index of a byte that is not white space
   * @throws JsonRefusal if the text is not valid JSON
   */
  static int endOfValue(byte[] text, int from) throws JsonRefusal {
    GoJson json = new GoJson(text, from);
    try {
      json.value();
      while (json.depth > 0) {
        json.next();
      }
      return json.at;
    } catch (Incomplete e) {
      return INCOMPLETE;
    }
  }

  /** Reads on after a value within a bracket. */
  private void next() throws JsonRefusal, Incomplete {
    space();
    boolean object = objects[depth];
    int c = take();
    if (c == (object ? '}' : ']')) {
      depth--;
    } else if (c != ',') {
      throw invalid(c, object ? "after object key:value pair" : "after array element");
    } else if (object) {
      space();
      key();
    } else {
      value();
    }
  }

  /** Reads a scalar, or an opening bracket with its first value. */
  private void value() throws JsonRefusal, Incomplete {
    while (true) {
      space();
      int c = take();
      switch (c) {
        case '{' -> {
          open(c, true);
          space();
          if (peek() == '}') {
            at++;
            depth--;
            return;
          }
          nameAndColon();
        }
        case '[' -> {
          open(c, false);
          space();
          if (peek() == ']') {
            at++;
            depth--;
            return;
          }
        }
        case '"' -> {
          string();
          return;
        }
        case 't' -> {
          literal("true");
          return;
        }
        case 'f' -> {
          literal("false");
          return;
        }
        case 'n' -> {
          literal("null");
          return;
        }
        default -> {
          if (c != '-' && !isDigit(c)) {
            throw invalid(c, VALUE);
          }
          number(c);
          return;
        }
      }
    }
  }

  private void open(int c, boolean object) throws JsonRefusal {
    if (depth == DEPTH_MAX) {
      throw invalid(c, "exceeded max depth");
    }
    objects[++depth] = object;
  }

  private void key() throws JsonRefusal, Incomplete {
    nameAndColon();
    value();
  }

  private void nameAndColon() throws JsonRefusal, Incomplete {
    int c = take();
    if (c != '"') {
      throw invalid(c, KEY);
    }
    string();
    space();
    c = take();
    if (c != ':') {
      throw invalid(c, "after object key");
    }
  }

  private void string() throws JsonRefusal, Incomplete {
    while (true) {
      int c = take();
      if (c == '"') {
        return;
      }
      if (c == '\\') {
        escape();
      } else if (c < ' ') {
        throw invalid(c, "in string literal");
      }
    }
  }

  private void escape() throws JsonRefusal, Incomplete {
    int c = take();
    if (c == 'u') {
      for (int i = 0; i < 4; i++) {
        int digit = take();
        if (Character.digit(digit, 16) < 0) {
          throw invalid(digit, "in \\u hexadecimal character escape");
        }
      }
    } else if ("\"\\/bfnrt".indexOf(c) < 0) {
      throw invalid(c, "in string escape code");
    }
  }

  private void literal(String word) throws JsonRefusal, Incomplete {
    for (int i = 1; i < word.length(); i++) {
      int c = take();
      if (c != word.charAt(i)) {
        throw invalid(c, "in literal %s (expecting '%s')".formatted(word, word.charAt(i)));
      }
    }
  }

  private void number(int sign) throws JsonRefusal, Incomplete {
    int first = sign == '-' ? take() : sign;
    if (!isDigit(first)) {
      throw invalid(first, "in numeric literal");
    }
    if (first != '0') {
      digits();
    }
    if (peek() == '.') {
      at++;
      requireDigit("after decimal point in numeric literal");
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      requireDigit("in exponent of numeric literal");
      digits();
    }
  }

  private void requireDigit(String where) throws JsonRefusal, Incomplete {
    int c = take();
    if (!isDigit(c)) {
      throw invalid(c, where);
    }
  }

  private void digits() {
    while (isDigit(peek())) {
      at++;
    }
  }

  private void space() {
    at = skipSpace(text, at);
  }

  private int peek() {
    return at < text.length ? text[at] & 0xff : END;
  }

  private int take() throws Incomplete {
    if (at == text.length) {
      throw new Incomplete();
    }
    return text[at++] & 0xff;
  }

  private static JsonRefusal invalid(int c, String where) {
    return new JsonRefusal("invalid character " + quoted(c) + " " + where);
  }

  /** A character as Go's {@code strconv.Quote} writes it, in single quotes. */
  private static String quoted(int c) {
    return switch (c) {
      case '\'' -> "'\\''";
      case '"' -> "'\"'";
      case '\\' -> "'\\\\'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      case '\b' -> "'\\b'";
      case '\f' -> "'\\f'";
      case 7 -> "'\\a'";
      case 11 -> "'\\v'";
      default -> c < ' ' || c == 0x7f ? "'\\x%02x'".formatted(c) : "'" + (char) c + "'";
    };
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** The text ended. */
  private static final class Incomplete extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private Incomplete() {
      super("incomplete", null, false, false);
    }
  }
}
