package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.junit.jupiter.api.Test;

class VoteGateTest {
  private static final MethodDescriptor<?, ?> VOTE =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod();

  private boolean mayVote;

  @Test
  void voteRequestsAreRefusedUntilVotingIsAllowed() {
    VoteGate gate = new VoteGate(() -> mayVote);
    assertThat(passes(gate, VOTE)).isFalse();
    mayVote = true;
    assertThat(passes(gate, VOTE)).isTrue();
  }

  @Test
  void entriesAreAcceptedBeforeVotingIsAllowed() {
    VoteGate gate = new VoteGate(() -> mayVote);
    assertThat(passes(gate, RaftServerProtocolServiceGrpc.getAppendEntriesMethod())).isTrue();
  }

  private static <Q, A> boolean passes(VoteGate gate, MethodDescriptor<Q, A> method) {
    RecordingCall<Q, A> call = new RecordingCall<>(method);
    boolean[] served = new boolean[1];
    gate.interceptCall(
        call,
        new Metadata(),
        (intercepted, headers) -> {
          served[0] = true;
          return new ServerCall.Listener<Q>() {};
        });
    if (!served[0]) {
      assertThat(call.closed).extracting(Status::getCode).containsExactly(Status.Code.UNAVAILABLE);
    }
    return served[0];
  }
}
