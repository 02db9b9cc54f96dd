package io.metastore.core.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;

/**
 * Holds back the answer to a request for a vote until the vote is on disk.
 *
 * <p>Ratis 3.2.2 writes and forces a new metadata file and renames it over the old one, but does
 * not force the rename ({@code ratis.md} §3 #12). A machine that loses power a moment later comes
 * up with the old file and may vote again in the same term, for another candidate. A vote that
 * cannot be forced is not answered. Thread-safe.
 */
final class DurableVotes implements ServerInterceptor {
  private static final String REQUEST_VOTE =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private final Path directory;

  /**
   * Forces nothing yet.
   *
   * @param directory where Ratis keeps the vote; need not exist before the first one
   */
  DurableVotes(Path directory) {
    this.directory = directory;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!call.getMethodDescriptor().getFullMethodName().equals(REQUEST_VOTE)) {
      return next.startCall(call, headers);
    }
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A answer) {
            try {
              DurableFiles.force(directory);
            } catch (IOException e) {
              throw new UncheckedIOException("vote is not on disk directory=" + directory, e);
            }
            super.sendMessage(answer);
          }
        },
        headers);
  }
}
