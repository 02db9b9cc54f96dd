package io.metastore.adapter.etcd.port;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.adapter.grpc.EncodedMessage;
import io.metastore.adapter.grpc.PacedConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses requests as grpc-go does, and refuses malformed ones with its error texts, which clients
 * log and compare. grpc-java would end such calls with its own texts and partly other codes.
 *
 * <p>Messages reach the call unparsed and are parsed here, because a marshaller cannot choose the
 * status of its call. Source: responses of etcd 3.7.3. Stateless.
 */
final class GoRequests {
  private final int messageBytesMax;

  /**
   * @param messageBytesMax the largest message accepted
   */
  GoRequests(int messageBytesMax) {
    this.messageBytesMax = messageBytesMax;
  }

  /** Wraps a service so that its requests are parsed here. */
  ServerServiceDefinition wrap(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    service.getMethods().forEach(method -> methods.add(wrap(method)));
    // Server reflection needs the schema.
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder wrapped = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(wrapped::addMethod);
    return wrapped.build();
  }

  private <Q, A> ServerMethodDefinition<InputStream, A> wrap(ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> parsed = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        parsed.toBuilder(UnreadMessages.INSTANCE, parsed.getResponseMarshaller()).build(),
        (call, headers) -> {
          Call<Q, A> seen = new Call<>(call, parsed);
          return new Reader<>(
              seen, method.getServerCallHandler().startCall(seen, headers), messageBytesMax);
        });
  }

  /**
   * The call as the service sees it. Once it has been refused, the service's messages are ignored.
   */
  private static final class Call<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private volatile boolean refused;
    private volatile boolean closed;

    @SuppressWarnings("unchecked") // the request type is only in the call's method, see below
    Call(ServerCall<InputStream, A> call, MethodDescriptor<Q, A> method) {
      super((ServerCall<Q, A>) call);
      this.method = method;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return method;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      if (!refused) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public void sendMessage(A message) {
      if (!refused) {
        if ((Object) message instanceof EncodedMessage encoded) {
          encoded.connect(getAttributes().get(PacedConnection.ATTRIBUTE));
        }
        super.sendMessage(message);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!refused) {
        closed = true;
        super.close(status, trailers);
      }
    }

    void refuse(Status status) {
      refused = true;
      if (!closed) {
        super.close(status, new Metadata());
      }
    }
  }

  /** Parses the messages of one call. Owned by the call's event loop. */
  private static final class Reader<Q> extends ServerCall.Listener<InputStream> {
    private final Call<Q, ?> call;
    private final ServerCall.Listener<Q> service;
    private final int messageBytesMax;
    private boolean hasMessage;

    Reader(Call<Q, ?> call, ServerCall.Listener<Q> service, int messageBytesMax) {
      this.call = call;
      this.service = service;
      this.messageBytesMax = messageBytesMax;
    }

    @Override
    public void onMessage(InputStream unread) {
      if (call.refused) {
        return;
      }
      hasMessage = true;
      Q message;
      try {
        message = call.method.parseRequest(sized(unread));
      } catch (StatusRuntimeException e) {
        call.refuse(
            e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                ? e.getStatus()
                : unreadable(e));
        return;
      }
      service.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      if (!hasMessage && call.method.getType().clientSendsOneMessage()) {
        call.refuse(Status.UNKNOWN.withDescription("EOF"));
      } else if (!call.refused) {
        service.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      service.onCancel();
    }

    @Override
    public void onComplete() {
      service.onComplete();
    }

    @Override
    public void onReady() {
      service.onReady();
    }

    private InputStream sized(InputStream unread) {
      try {
        if (unread instanceof KnownLength) {
          if (unread.available() > messageBytesMax) {
            throw EtcdLimits.tooLarge(unread.available(), messageBytesMax).asRuntimeException();
          }
          return unread;
        }
        // The message was compressed, so its size is known only now.
        byte[] bytes = unread.readNBytes(messageBytesMax);
        if (unread.read() >= 0) {
          throw Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "grpc: received message after decompression larger than max " + messageBytesMax)
              .asRuntimeException();
        }
        return new ByteArrayInputStream(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Status unreadable(StatusRuntimeException failure) {
      String read =
          call.method.getType() == MethodDescriptor.MethodType.UNARY
              ? "grpc: error unmarshalling request: "
              : "grpc: failed to unmarshal the received message: ";
      return Status.INTERNAL.withDescription(read + reason(failure)).withCause(failure);
    }

    private static String reason(StatusRuntimeException failure) {
      boolean characters =
          failure.getCause() instanceof InvalidProtocolBufferException invalid
              && String.valueOf(invalid.getMessage()).contains("UTF-8");
      return characters
          ? "string field contains invalid UTF-8"
          : "proto: cannot parse invalid wire-format data";
    }
  }
}
