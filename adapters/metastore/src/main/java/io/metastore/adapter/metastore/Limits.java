package io.metastore.adapter.metastore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Limits of requests, as documented in the proto files. */
final class Limits {
  /** Maximum number of elements in one list of a transaction. */
  static final int OPS_MAX = 1024;

  /** Maximum and default number of elements on a page. */
  static final int PAGE_MAX = 1000;

  /** Maximum length of a name or label. */
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

  /** Checks a user or role name. */
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

  /** Checks a number that must not be negative, where 0 means that it is not set. */
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

  /** Converts to seconds, rounded up. */
  static long toSeconds(long millis) {
    return millis / 1000 + (millis % 1000 == 0 ? 0 : 1);
  }

  static long toMillis(long seconds) {
    return TimeUnit.SECONDS.toMillis(seconds);
  }
}
