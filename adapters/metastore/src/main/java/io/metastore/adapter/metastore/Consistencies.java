package io.metastore.adapter.metastore;

import io.metastore.core.api.Consistency;

/** Translates the requested consistency of a read. */
final class Consistencies {
  private Consistencies() {}

  static Consistency of(io.metastore.api.v1.Consistency asked) {
    return switch (asked) {
      case LINEARIZABLE -> Consistency.LINEARIZABLE;
      case SERIALIZABLE -> Consistency.SERIALIZABLE;
      case UNRECOGNIZED -> throw Refusal.badRequest("consistency", "is unknown");
    };
  }
}
