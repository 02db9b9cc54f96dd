package io.metastore.core.raft;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Delays the answer to a vote request until the vote is on disk.
 *
 * <p>Ratis 3.2.2 writes and forces a new metadata file and renames it over the old one, but does
 * not force the rename ({@code ratis.md} §3 #12). After a power failure the old file may be back,
 * and the member could vote again in the same term, for another candidate. If the rename cannot be
 * forced, the request is not answered. Thread-safe.
 */
final class DurableVotes implements ServerInterceptor {
  private final Path directory;

  /**
   * @param directory where Ratis stores the vote; need not exist before the first vote
   */
  DurableVotes(Path directory) {
    this.directory = directory;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!VoteRequests.isOne(call)) {
      return next.startCall(call, headers);
    }
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A answer) {
            try {
              DurableFiles.force(directory);
            } catch (IOException e) {
              throw new UncheckedIOException(
                  "the vote was not forced to disk directory=" + directory, e);
            }
            super.sendMessage(answer);
          }
        },
        headers);
  }
}
