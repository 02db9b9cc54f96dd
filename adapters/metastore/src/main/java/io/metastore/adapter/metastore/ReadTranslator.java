package io.metastore.adapter.metastore;

import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;

/** Translates Get, and the range of GetRange. */
final class ReadTranslator {
  private ReadTranslator() {}

  static Range toRange(GetRequest request) {
    return KeyBounds.key("key", request.getKey())
        .toRange()
        .setRevision(Limits.notNegative("revision", request.getRevision()))
        .build();
  }

  static GetResponse toReply(GetRequest request, Outcome outcome) {
    GetResponse.Builder reply =
        GetResponse.newBuilder()
            .setRevision(readRevision(request.getRevision(), outcome.revision()));
    for (KeyValue found : ((Outcome.Ranged) outcome).result().keyValues()) {
      reply.setEntry(Entries.toWire(found));
    }
    return reply.build();
  }

  static Range toRange(GetRangeRequest request) {
    KeyBounds keys = KeyBounds.of("keys", request.getKeys());
    if (!request.getAfter().isEmpty()) {
      keys = keys.after(Paths.toKey("after", request.getAfter()));
    }
    return keys.toRange()
        .setLimit(Limits.notNegative("limit", request.getLimit()))
        .setRevision(Limits.notNegative("revision", request.getRevision()))
        .setKeysOnly(request.getKeysOnly())
        .build();
  }

  /** The revision that was read: the requested one, otherwise the current one. */
  static long readRevision(long asked, long newest) {
    return asked == 0 ? newest : asked;
  }
}
