package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableVotesTest {

  @Test
  void voteThatCannotBeForcedIsNotAnswered(@TempDir Path directory) {
    RecordingCall<?, ?> call =
        new RecordingCall<>(RaftServerProtocolServiceGrpc.getRequestVoteMethod());
    assertThatThrownBy(() -> answer(call, directory.resolve("lost")))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(call.answers).isEmpty();
  }

  @Test
  void forcedVoteIsAnswered(@TempDir Path directory) {
    RecordingCall<?, ?> call =
        new RecordingCall<>(RaftServerProtocolServiceGrpc.getRequestVoteMethod());
    answer(call, directory);
    assertThat(call.answers).hasSize(1);
  }

  @Test
  void otherAnswersAreNotHeldBack(@TempDir Path directory) {
    RecordingCall<?, ?> call =
        new RecordingCall<>(RaftServerProtocolServiceGrpc.getAppendEntriesMethod());
    answer(call, directory.resolve("lost"));
    assertThat(call.answers).hasSize(1);
  }

  private static <Q, A> void answer(RecordingCall<Q, A> call, Path directory) {
    new DurableVotes(directory)
        .interceptCall(
            call,
            new Metadata(),
            (intercepted, headers) -> {
              intercepted.sendMessage(
                  call.getMethodDescriptor().parseResponse(java.io.InputStream.nullInputStream()));
              return new ServerCall.Listener<Q>() {};
            });
  }
}
