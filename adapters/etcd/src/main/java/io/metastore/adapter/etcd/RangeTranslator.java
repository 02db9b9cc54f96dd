package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortTarget;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Translates Range, alone and in a transaction. */
final class RangeTranslator {
  private RangeTranslator() {}

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(RangeRequest request) {
    if (request.getKey().isEmpty()) {
      return EtcdError.EMPTY_KEY;
    }
    if (request.getSortOrder() == SortOrder.UNRECOGNIZED
        || request.getSortTarget() == SortTarget.UNRECOGNIZED) {
      return EtcdError.INVALID_SORT_OPTION;
    }
    return null;
  }

  static Consistency toConsistency(RangeRequest request) {
    return request.getSerializable() ? Consistency.SERIALIZABLE : Consistency.LINEARIZABLE;
  }

  /** Requires that {@link #findRefusal} returned null for the request. */
  static Range toRange(RangeRequest request) {
    Range.Builder range =
        Range.newBuilder()
            .setKey(request.getKey())
            .setRangeEnd(request.getRangeEnd())
            .setLimit(request.getLimit())
            .setRevision(request.getRevision())
            .setKeysOnly(request.getKeysOnly())
            .setCountOnly(request.getCountOnly())
            .setMinModRevision(request.getMinModRevision())
            .setMaxModRevision(request.getMaxModRevision())
            .setMinCreateRevision(request.getMinCreateRevision())
            .setMaxCreateRevision(request.getMaxCreateRevision());
    if (sortsPage(request)) {
      return range
          .setLimit(request.getLimit() + 1)
          .setKeysOnly(request.getKeysOnly() && request.getSortTarget() != SortTarget.VALUE)
          .build();
    }
    return range
        .setOrder(toOrder(request))
        .setSortTarget(toSortTarget(request.getSortTarget()))
        .build();
  }

  /** Builds the response to {@code request} from the outcome of {@link #toRange}. */
  static Answer.Translator<RangeResponse> toReplier(RangeRequest request) {
    return sortsPage(request) || request.getKeysOnly()
        ? (header, outcome) -> toReply(request, header, ((Outcome.Ranged) outcome).result())
        : RangeTranslator::toReply;
  }

  private static RangeResponse toReply(ResponseHeader header, Outcome outcome) {
    return toReply(RangeRequest.getDefaultInstance(), header, ((Outcome.Ranged) outcome).result());
  }

  /** The response to {@code request}. */
  static RangeResponse toReply(RangeRequest request, ResponseHeader header, RangeResult result) {
    RangeResult sorted = arrange(request, result);
    RangeResponse.Builder reply =
        RangeResponse.newBuilder()
            .setHeader(header)
            .setMore(sorted.more())
            .setCount(sorted.count());
    addKeyValues(reply, request, sorted);
    return reply.build();
  }

  static void addKeyValues(RangeResponse.Builder reply, RangeRequest request, RangeResult result) {
    boolean indexed = isIndexed(request);
    List<KeyValue> keyValues = result.keyValues();
    for (int i = 0; i < keyValues.size(); i++) {
      KeyValue keyValue = keyValues.get(i);
      reply.addKvs(indexed ? KeyValues.toWireWithoutLease(keyValue) : KeyValues.toWire(keyValue));
    }
  }

  /**
   * Whether the response omits lease IDs: since 3.7, etcd answers from its index if no values are
   * needed, and the index has no lease IDs.
   */
  static boolean isIndexed(RangeRequest request) {
    return request.getKeysOnly() && request.getSortTarget() != SortTarget.VALUE;
  }

  /** Arranges the result of {@link #toRange} as in the response. */
  static RangeResult arrange(RangeRequest request, RangeResult result) {
    return sortsPage(request) ? sortPage(request, result) : result;
  }

  /**
   * Whether etcd sorts only the keys within the limit. It does so if a target is given without an
   * order: the order is then ascending, but the keys are fetched in key order, one more than the
   * limit, as if unsorted.
   */
  static boolean sortsPage(RangeRequest request) {
    return request.getSortOrder() == SortOrder.NONE
        && request.getSortTarget() != SortTarget.KEY
        && request.getLimit() > 0
        && request.getLimit() < Long.MAX_VALUE
        && !hasRevisionFilter(request);
  }

  static boolean hasRevisionFilter(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  /** Whether the keys are requested in their natural order. */
  static boolean isUnsorted(RangeRequest request) {
    return request.getSortOrder() == SortOrder.NONE
        || (request.getSortTarget() == SortTarget.KEY
            && request.getSortOrder() == SortOrder.ASCEND);
  }

  private static Range.Order toOrder(RangeRequest request) {
    return switch (request.getSortOrder()) {
      case NONE ->
          request.getSortTarget() == SortTarget.KEY ? Range.Order.NONE : Range.Order.ASCEND;
      case ASCEND -> Range.Order.ASCEND;
      case DESCEND -> Range.Order.DESCEND;
      case UNRECOGNIZED -> throw new IllegalArgumentException("unchecked request");
    };
  }

  private static Range.SortTarget toSortTarget(SortTarget target) {
    return switch (target) {
      case KEY -> Range.SortTarget.KEY;
      case VERSION -> Range.SortTarget.VERSION;
      case CREATE -> Range.SortTarget.CREATE;
      case MOD -> Range.SortTarget.MOD;
      case VALUE -> Range.SortTarget.VALUE;
      case UNRECOGNIZED -> throw new IllegalArgumentException("unchecked request");
    };
  }

  /** Sorts the result of {@link #toRange} for a request for which {@link #sortsPage} is true. */
  static RangeResult sortPage(RangeRequest request, RangeResult page) {
    List<KeyValue> sorted = new ArrayList<>(page.keyValues());
    sorted.sort(comparator(request.getSortTarget()));
    boolean more = sorted.size() > request.getLimit();
    if (more) {
      sorted.remove(sorted.size() - 1);
    }
    if (request.getKeysOnly()) {
      sorted.replaceAll(KeyValue::withoutValue);
    }
    return new RangeResult(sorted, page.count(), more);
  }

  private static Comparator<KeyValue> comparator(SortTarget target) {
    return switch (target) {
      case KEY ->
          Comparator.comparing(KeyValue::key, ByteString.unsignedLexicographicalComparator());
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE ->
          Comparator.comparing(KeyValue::value, ByteString.unsignedLexicographicalComparator());
      case UNRECOGNIZED -> throw new IllegalArgumentException("unchecked request");
    };
  }
}
