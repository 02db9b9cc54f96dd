package io.metastore.core.raft;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/** A server call that records its answer. */
final class RecordingCall<Q, A> extends ServerCall<Q, A> {
  private final MethodDescriptor<Q, A> method;
  final List<A> answers = new ArrayList<>();
  final List<Status> closed = new ArrayList<>();

  RecordingCall(MethodDescriptor<Q, A> method) {
    this.method = method;
  }

  @Override
  public void sendMessage(A answer) {
    answers.add(answer);
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return method;
  }

  @Override
  public void request(int numMessages) {}

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void close(Status status, Metadata trailers) {
    closed.add(status);
  }

  @Override
  public boolean isCancelled() {
    return false;
  }
}
