package io.metastore.adapter.etcd;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.Failure;
import io.metastore.core.api.Outcome;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.util.concurrent.Executor;

/** Completes a unary call with etcd's header, or with etcd's error. */
final class Answer<R> extends UnaryAnswer<Outcome, R> {
  private final ResponseHeaders headers;
  private final Translator<R> translator;

  /** Builds the reply from the outcome of a successful command or read. Pure. */
  @FunctionalInterface
  interface Translator<R> {
    R toReply(ResponseHeader header, Outcome outcome);
  }

  /**
   * @param scans builds long replies
   */
  Answer(
      StreamObserver<R> call, ResponseHeaders headers, Executor scans, Translator<R> translator) {
    super(call, scans);
    this.headers = headers;
    this.translator = translator;
  }

  @Override
  protected R toReply(Outcome done) {
    return translator.toReply(headers.at(done.revision()), done);
  }

  @Override
  protected StatusRuntimeException toError(Failure failure) {
    return EtcdErrors.of(failure.code()).exception();
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return EtcdErrors.of(failure);
  }
}
