package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
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
                  call.method.parseResponse(java.io.InputStream.nullInputStream()));
              return new ServerCall.Listener<>() {};
            });
  }

  private static final class RecordingCall<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final List<A> answers = new ArrayList<>();

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
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }
  }
}
