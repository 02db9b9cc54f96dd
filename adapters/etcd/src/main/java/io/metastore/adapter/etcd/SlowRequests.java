package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.TextFormat;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeResponse;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs slow unary calls with etcd's log line {@code request stats}, which contains keys but never
 * values.
 */
public final class SlowRequests implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

  /** etcd's value for requests and responses that it does not inspect. */
  private static final long NOT_TOLD = -1;

  private static final int CONTENT_LENGTH_MAX = 1024;

  private final Duration expected;

  /**
   * @param expected calls that take longer are logged
   */
  public SlowRequests(Duration expected) {
    this.expected = requireNonNull(expected, "expected");
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return next.startCall(call, metadata);
    }
    TimedCall<Q, R> timed = new TimedCall<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(timed, metadata)) {
      @Override
      public void onMessage(Q request) {
        timed.request = request;
        super.onMessage(request);
      }
    };
  }

  /** Used by one thread at a time, like every call. */
  private final class TimedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final long startNanos = System.nanoTime();
    private @Nullable Q request;
    private @Nullable R response;

    TimedCall(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void sendMessage(R message) {
      response = message;
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      super.close(status, trailers);
      Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
      if (took.compareTo(expected) > 0) {
        LOG.atWarn()
            .addKeyValue("start time", Instant.now().minus(took))
            .addKeyValue("time spent", took)
            .addKeyValue("remote", getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
            .addKeyValue("response type", "/" + getMethodDescriptor().getFullMethodName())
            .addKeyValue("request count", requests(request, response))
            .addKeyValue("request size", size(request))
            .addKeyValue("response count", responses(response))
            .addKeyValue("response size", size(response))
            .addKeyValue("request content", content(request))
            .log("request stats");
      }
    }
  }

  private static long requests(@Nullable Object request, @Nullable Object response) {
    if (request instanceof RangeRequest || request instanceof DeleteRangeRequest) {
      return 0;
    }
    if (request instanceof PutRequest) {
      return 1;
    }
    if (request instanceof TxnRequest txn && response instanceof TxnResponse done) {
      return done.getSucceeded() ? txn.getSuccessCount() : txn.getFailureCount();
    }
    return NOT_TOLD;
  }

  private static long responses(@Nullable Object response) {
    if (response instanceof RangeResponse range) {
      return range.getCount();
    }
    if (response instanceof DeleteRangeResponse delete) {
      return delete.getDeleted();
    }
    return NOT_TOLD;
  }

  private static long size(@Nullable Object message) {
    return message instanceof MessageLite known ? known.getSerializedSize() : NOT_TOLD;
  }

  /** Other requests may contain passwords. */
  private static String content(@Nullable Object request) {
    if (request instanceof RangeRequest range) {
      return text(range);
    }
    if (request instanceof DeleteRangeRequest delete) {
      return text(delete);
    }
    if (request instanceof PutRequest put) {
      return text(withoutValue(put)) + " value_size:" + put.getValue().size();
    }
    if (request instanceof TxnRequest txn) {
      return text(withoutValues(txn));
    }
    return "";
  }

  private static String text(Message message) {
    String text = TextFormat.printer().emittingSingleLine(true).printToString(message).strip();
    return text.length() <= CONTENT_LENGTH_MAX ? text : text.substring(0, CONTENT_LENGTH_MAX) + "…";
  }

  private static PutRequest withoutValue(PutRequest put) {
    return put.toBuilder().setValue(ByteString.EMPTY).build();
  }

  private static TxnRequest withoutValues(TxnRequest txn) {
    TxnRequest.Builder told = TxnRequest.newBuilder();
    for (Compare compare : txn.getCompareList()) {
      told.addCompare(compare.hasValue() ? compare.toBuilder().clearValue() : compare.toBuilder());
    }
    txn.getSuccessList().forEach(op -> told.addSuccess(withoutValues(op)));
    txn.getFailureList().forEach(op -> told.addFailure(withoutValues(op)));
    return told.build();
  }

  private static RequestOp withoutValues(RequestOp op) {
    return switch (op.getRequestCase()) {
      case REQUEST_PUT -> op.toBuilder().setRequestPut(withoutValue(op.getRequestPut())).build();
      case REQUEST_TXN -> op.toBuilder().setRequestTxn(withoutValues(op.getRequestTxn())).build();
      case REQUEST_RANGE, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> op;
    };
  }
}
