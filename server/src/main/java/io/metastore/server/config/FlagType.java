package io.metastore.server.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How a flag's text is read. Every message is the one that etcd gives; it is preceded by {@code
 * invalid value "…" for flag -…: }.
 */
enum FlagType {
  TEXT {
    @Override
    Object parse(String text) {
      return text;
    }
  },
  /** A number that is not negative, Long. */
  COUNT {
    @Override
    Object parse(String text) {
      long number = decode(text);
      if (number < 0) {
        throw new IllegalArgumentException(PARSE_ERROR);
      }
      return number;
    }
  },
  /** Boolean; the value may be left out. */
  SWITCH {
    @Override
    Object parse(String text) {
      if (TRUE.contains(text)) {
        return true;
      }
      if (FALSE.contains(text)) {
        return false;
      }
      throw new IllegalArgumentException(PARSE_ERROR);
    }
  },
  /** As Go writes it, {@code 1h10m}; {@link java.time.Duration}. */
  DURATION {
    @Override
    Object parse(String text) {
      return GoDuration.parse(text);
    }
  },
  /** Comma-separated; a sorted list of {@link EtcdUrl}, empty for an empty text. */
  URLS {
    @Override
    Object parse(String text) {
      return text.isEmpty() ? List.of() : EtcdUrl.parseList(text);
    }
  },
  /** {@code new} or {@code existing}. */
  CLUSTER_STATE {
    @Override
    Object parse(String text) {
      if (!text.equals("new") && !text.equals("existing")) {
        throw new IllegalArgumentException("invalid value");
      }
      return text;
    }
  },
  /** {@code static}, {@code multicast} or {@code none}; {@link Discovery.Kind}. */
  DISCOVERY {
    @Override
    Object parse(String text) {
      for (Discovery.Kind kind : Discovery.Kind.values()) {
        if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("invalid value");
    }
  },
  /** {@link LogLevel}. */
  LOG_LEVEL {
    @Override
    Object parse(String text) {
      return LogLevel.parse(text);
    }
  },
  /** Takes a value that nobody looks at. */
  IGNORED {
    @Override
    Object parse(String text) {
      return text;
    }
  },
  /** A switch that nobody looks at. */
  IGNORED_SWITCH {
    @Override
    Object parse(String text) {
      return SWITCH.parse(text);
    }
  };

  private static final String PARSE_ERROR = "parse error";
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");
  private static final Map<String, Integer> RADIX = Map.of("0x", 16, "0o", 8, "0b", 2);

  /**
   * @throws IllegalArgumentException with what is wrong, if {@code text} is not of this type
   */
  abstract Object parse(String text);

  boolean isSwitch() {
    return this == SWITCH || this == IGNORED_SWITCH;
  }

  /** As Go's {@code strconv.ParseInt} with base 0, apart from octals that begin with a bare 0. */
  private static long decode(String text) {
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    Integer radix = digits.length() > 2 ? RADIX.get(digits.substring(0, 2)) : null;
    String plain = radix == null ? digits : digits.substring(2);
    if (plain.startsWith("-") || plain.startsWith("+")) {
      throw new IllegalArgumentException(PARSE_ERROR);
    }
    try {
      return Long.parseLong((negative ? "-" : "") + plain, radix == null ? 10 : radix);
    } catch (NumberFormatException e) {
      boolean digitsOnly = !plain.isEmpty() && plain.chars().allMatch(Character::isDigit);
      throw new IllegalArgumentException(digitsOnly ? "value out of range" : PARSE_ERROR, e);
    }
  }
}
