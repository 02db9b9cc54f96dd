package io.metastore.server.config;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a flag's text is parsed. The error messages are those of etcd; they follow {@code invalid
 * value "…" for flag -…: }.
 */
enum FlagType {
  TEXT("string") {
    @Override
    Object parse(String text) {
      return text;
    }
  },
  /** A non-negative number, Long. */
  COUNT("uint") {
    @Override
    Object parse(String text) {
      if (text.startsWith("-") || text.startsWith("+")) {
        throw new IllegalArgumentException(PARSE_ERROR);
      }
      return decode(text);
    }
  },
  /** A number, Long. */
  NUMBER("int") {
    @Override
    Object parse(String text) {
      return decode(text);
    }
  },
  /** A non-negative number of 32 bits, Long. */
  UINT32("uint32") {
    @Override
    Object parse(String text) {
      String problem;
      try {
        long number = (Long) COUNT.parse(text);
        if (number >>> Integer.SIZE == 0) {
          return number;
        }
        problem = OUT_OF_RANGE;
      } catch (IllegalArgumentException e) {
        problem = PARSE_ERROR.equals(e.getMessage()) ? "invalid syntax" : OUT_OF_RANGE;
      }
      throw new IllegalArgumentException(
          "strconv.ParseUint: parsing \"%s\": %s".formatted(text, problem));
    }
  },
  /** A boolean; the value may be omitted. */
  SWITCH("bool") {
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
  /** In Go's notation, {@code 1h10m}; {@link java.time.Duration}. */
  DURATION("time.Duration") {
    @Override
    Object parse(String text) {
      return GoDuration.parse(text);
    }
  },
  /** Comma-separated URLs; a sorted list of {@link EtcdUrl}, empty for an empty text. */
  URLS("string") {
    @Override
    Object parse(String text) {
      return text.isEmpty() ? List.of() : EtcdUrl.parseList(text);
    }
  },
  /** As {@link #URLS}, for {@code tcp://host:port}. */
  TCP_URLS("string") {
    @Override
    Object parse(String text) {
      return text.isEmpty() ? List.of() : EtcdUrl.parseTcpList(text);
    }
  },
  /** Comma-separated words; a list of String in the given order, empty for an empty text. */
  WORDS("[]string") {
    @Override
    Object parse(String text) {
      return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }
  },
  /** Comma-separated names; a sorted list of String without duplicates, empty for an empty text. */
  NAMES("[]string") {
    @Override
    Object parse(String text) {
      return text.isEmpty() ? List.of() : List.copyOf(new TreeSet<>(List.of(text.split(",", -1))));
    }
  },
  /** URLs or {@code *}; a sorted list of String. */
  ORIGINS("string") {
    @Override
    Object parse(String text) {
      if (text.equals("*")) {
        return List.of("*");
      }
      return EtcdUrl.parseList(text).stream().map(EtcdUrl::text).distinct().toList();
    }
  },
  /** {@link FeatureGates}. */
  FEATURE_GATES("string") {
    @Override
    Object parse(String text) {
      return FeatureGates.parse(text);
    }
  },
  /** {@code new} or {@code existing}. */
  CLUSTER_STATE("string") {
    @Override
    Object parse(String text) {
      return oneOf(text, "new", "existing");
    }
  },
  /** {@code exit} or {@code proxy}. */
  DISCOVERY_FALLBACK("string") {
    @Override
    Object parse(String text) {
      return oneOf(text, "exit", "proxy");
    }
  },
  /** {@code static}, {@code multicast} or {@code wait}. */
  BOOTSTRAP("string") {
    @Override
    Object parse(String text) {
      return oneOf(text, "static", "multicast", "wait");
    }
  },
  /** A version of etcd, 3.4 or newer, with major, minor and patch number; {@link EtcdVersion}. */
  ETCD_VERSION("string") {
    @Override
    Object parse(String text) {
      EtcdVersion version = new EtcdVersion(text);
      if (!text.startsWith("3.") || version.minorNumber() < 4) {
        throw new IllegalArgumentException("not 3.4 or a newer version 3");
      }
      return version;
    }
  },
  /** {@link LogLevel}. */
  LOG_LEVEL("string") {
    @Override
    Object parse(String text) {
      return LogLevel.parse(text);
    }
  },
  /** Any text; the value may be omitted. For flags that etcd removed long ago. */
  ANYTHING("string") {
    @Override
    Object parse(String text) {
      return text;
    }
  };

  private static final String PARSE_ERROR = "parse error";
  private static final String OUT_OF_RANGE = "value out of range";
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");
  private static final Map<String, Integer> RADIX =
      Map.of("0x", 16, "0X", 16, "0o", 8, "0O", 8, "0b", 2, "0B", 2);

  private final String goType;

  FlagType(String goType) {
    this.goType = goType;
  }

  /**
   * @throws IllegalArgumentException with etcd's message, if {@code text} is not of this type
   */
  abstract Object parse(String text);

  /** The Go type of the field that etcd's configuration file sets. */
  String goType() {
    return goType;
  }

  /** Whether the flag may be given without a value. */
  boolean isSwitch() {
    return this == SWITCH || this == ANYTHING;
  }

  private static String oneOf(String text, String... valid) {
    if (!List.of(valid).contains(text)) {
      throw new IllegalArgumentException("invalid value");
    }
    return text;
  }

  /** Parses a number as Go's {@code strconv.ParseInt} with base 0. */
  private static long decode(String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String digits = signed ? text.substring(1) : text;
    int radix = 10;
    if (digits.length() > 2 && RADIX.containsKey(digits.substring(0, 2))) {
      radix = RADIX.getOrDefault(digits.substring(0, 2), radix);
      digits = digits.substring(2);
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
      digits = digits.substring(1);
    }
    if (digits.startsWith("-") || digits.startsWith("+")) {
      throw new IllegalArgumentException(PARSE_ERROR);
    }
    try {
      return Long.parseLong((text.startsWith("-") ? "-" : "") + digits, radix);
    } catch (NumberFormatException e) {
      int base = radix;
      boolean digitsOnly =
          !digits.isEmpty() && digits.chars().allMatch(c -> Character.digit(c, base) >= 0);
      throw new IllegalArgumentException(digitsOnly ? OUT_OF_RANGE : PARSE_ERROR, e);
    }
  }
}
