package io.metastore.adapter.metastore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a request may ask for at once, as the proto files say. */
final class Limits {
  /** Elements of one list of a transaction. */
  static final int OPS_MAX = 1024;

  /** Elements of one page, and of one whose size is not given. */
  static final int PAGE_MAX = 1000;

  /** A name or a label. */
  static final int TEXT_BYTES_MAX = 256;

  private Limits() {}

  static void checkOps(String field, List<?> ops) {
    if (ops.size() > OPS_MAX) {
      throw Refusal.tooManyOps(field, OPS_MAX);
    }
  }

  static int toPageSize(int asked) {
    if (asked < 0) {
      throw Refusal.badRequest("page_size", "must not be negative");
    }
    return asked == 0 ? PAGE_MAX : Math.min(asked, PAGE_MAX);
  }

  /** A name that people give to somebody. */
  static void checkName(String field, String name) {
    if (name.isEmpty()) {
      throw Refusal.badRequest(field, "must not be empty");
    }
    checkText(field, name);
  }

  static void checkText(String field, String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > TEXT_BYTES_MAX) {
      throw Refusal.badRequest(field, "has more than " + TEXT_BYTES_MAX + " bytes");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw Refusal.badRequest(field, "has control characters");
    }
  }

  /** A number of which 0 means that there is none. */
  static long notNegative(String field, long number) {
    if (number < 0) {
      throw Refusal.badRequest(field, "must not be negative");
    }
    return number;
  }

  static long positive(String field, long number) {
    if (number <= 0) {
      throw Refusal.badRequest(field, "must be positive");
    }
    return number;
  }

  /** Rounded up. */
  static long toSeconds(long millis) {
    return millis / 1000 + (millis % 1000 == 0 ? 0 : 1);
  }

  static long toMillis(long seconds) {
    return TimeUnit.SECONDS.toMillis(seconds);
  }
}
