package io.metastore.adapter.etcd.port;

import io.grpc.MethodDescriptor.MethodType;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The spans of the requests inside one call, such as {@code put}: children of the call's span. They
 * contain keys, but no values. A span ends with the call; on a stream of keep-alives or watches,
 * with its own response or when its watch is cancelled. Thread-safe.
 *
 * <p>Source of names and attributes: etcd 3.7, etcdserver/v3_server.go and v3rpc/watch.go.
 */
final class RequestSpans {
  private final Tracer tracer;
  private final Context parent;
  private final MethodType type;

  /** Spans of requests that have no response yet, in the order of the requests. */
  private final Queue<Span> waiting = new ArrayDeque<>();

  private final Map<Long, Span> watches = new HashMap<>();

  RequestSpans(Tracer tracer, Span call, MethodType type) {
    this.tracer = tracer;
    this.parent = Context.root().with(call);
    this.type = type;
  }

  synchronized void request(@Nullable Object request) {
    SpanBuilder span = describe(request);
    if (span != null) {
      waiting.add(span.setParent(parent).startSpan());
    }
  }

  synchronized void response(@Nullable Object response) {
    Span first = waiting.peek();
    if (response instanceof LeaseGrantResponse granted && first != null) {
      first.setAttribute("id", granted.getID());
    } else if (response instanceof LeaseKeepAliveResponse && first != null) {
      waiting.remove().end();
    } else if (response instanceof WatchResponse watch) {
      if (watch.getCreated() && first != null) {
        watches.put(watch.getWatchId(), waiting.remove());
      }
      Span cancelled = watch.getCanceled() ? watches.remove(watch.getWatchId()) : null;
      if (cancelled != null) {
        cancelled.end();
      }
    }
  }

  /** The call has ended. */
  synchronized void end() {
    waiting.forEach(Span::end);
    watches.values().forEach(Span::end);
  }

  private @Nullable SpanBuilder describe(@Nullable Object request) {
    if (request instanceof RangeRequest range) {
      return range(range);
    }
    if (request instanceof PutRequest put) {
      return tracer.spanBuilder("put").setAttribute("key", put.getKey().toStringUtf8());
    }
    if (request instanceof DeleteRangeRequest delete) {
      return tracer
          .spanBuilder("delete_range")
          .setAttribute("range_begin", delete.getKey().toStringUtf8())
          .setAttribute("range_end", delete.getRangeEnd().toStringUtf8());
    }
    if (request instanceof TxnRequest txn) {
      return txn(txn);
    }
    if (request instanceof CompactionRequest compaction) {
      return tracer
          .spanBuilder("compact")
          .setAttribute("is_physical", compaction.getPhysical())
          .setAttribute("rev", compaction.getRevision());
    }
    if (request instanceof LeaseGrantRequest grant) {
      return tracer
          .spanBuilder("lease_grant")
          .setAttribute("id", grant.getID())
          .setAttribute("ttl", grant.getTTL());
    }
    if (request instanceof LeaseRevokeRequest revoke) {
      return tracer.spanBuilder("lease_revoke").setAttribute("id", revoke.getID());
    }
    if (request instanceof LeaseKeepAliveRequest renewal) {
      return tracer.spanBuilder("lease_renew").setAttribute("id", renewal.getID());
    }
    if (request instanceof WatchRequest watch && watch.hasCreateRequest()) {
      return watch(watch.getCreateRequest());
    }
    return null;
  }

  private SpanBuilder range(RangeRequest range) {
    boolean streamed = type == MethodType.SERVER_STREAMING;
    SpanBuilder span =
        tracer
            .spanBuilder(streamed ? "range_streaming" : "range")
            .setAttribute("range_begin", range.getKey().toStringUtf8())
            .setAttribute("range_end", range.getRangeEnd().toStringUtf8())
            .setAttribute("rev", range.getRevision())
            .setAttribute("limit", range.getLimit())
            .setAttribute("count_only", range.getCountOnly());
    return streamed ? span : span.setAttribute("keys_only", range.getKeysOnly());
  }

  private SpanBuilder txn(TxnRequest txn) {
    List<RequestOp> success = txn.getSuccessList();
    return tracer
        .spanBuilder("txn")
        .setAttribute("compare_first_key", firstCompareKey(txn.getCompareList()))
        .setAttribute("success_first_key", firstKey(success))
        .setAttribute("success_first_type", firstType(success))
        .setAttribute("success_first_lease", firstLease(success))
        .setAttribute("compare_len", txn.getCompareCount())
        .setAttribute("success_len", txn.getSuccessCount())
        .setAttribute("failure_len", txn.getFailureCount())
        .setAttribute(
            "read_only",
            Stream.concat(success.stream(), txn.getFailureList().stream())
                .allMatch(RequestOp::hasRequestRange));
  }

  private SpanBuilder watch(WatchCreateRequest watch) {
    return tracer
        .spanBuilder("watch")
        .setAttribute("key", watch.getKey().toStringUtf8())
        .setAttribute("range_end", watch.getRangeEnd().toStringUtf8())
        .setAttribute("start_rev", watch.getStartRevision())
        .setAttribute("progress_notify", watch.getProgressNotify())
        .setAttribute("prev_kv", watch.getPrevKv())
        .setAttribute("fragment", watch.getFragment());
  }

  private static String firstCompareKey(List<Compare> compares) {
    return firstNotEmpty(compares.stream().map(compare -> compare.getKey().toStringUtf8()));
  }

  private static String firstKey(List<RequestOp> operations) {
    return firstNotEmpty(operations.stream().map(RequestSpans::key));
  }

  private static String firstNotEmpty(Stream<String> keys) {
    return keys.filter(key -> !key.isEmpty()).findFirst().orElse("");
  }

  private static String key(RequestOp operation) {
    return switch (operation.getRequestCase()) {
      case REQUEST_PUT -> operation.getRequestPut().getKey().toStringUtf8();
      case REQUEST_RANGE -> operation.getRequestRange().getKey().toStringUtf8();
      case REQUEST_DELETE_RANGE -> operation.getRequestDeleteRange().getKey().toStringUtf8();
      case REQUEST_TXN, REQUEST_NOT_SET -> "";
    };
  }

  private static String firstType(List<RequestOp> operations) {
    return firstNotEmpty(
        operations.stream()
            .map(
                operation ->
                    switch (operation.getRequestCase()) {
                      case REQUEST_PUT -> "put";
                      case REQUEST_RANGE -> "range";
                      case REQUEST_DELETE_RANGE -> "delete_range";
                      case REQUEST_TXN -> "txn";
                      case REQUEST_NOT_SET -> "";
                    }));
  }

  /** The lease of the first put; -1 without a put. */
  private static long firstLease(List<RequestOp> operations) {
    return operations.stream()
        .filter(RequestOp::hasRequestPut)
        .mapToLong(operation -> operation.getRequestPut().getLease())
        .findFirst()
        .orElse(-1);
  }
}
