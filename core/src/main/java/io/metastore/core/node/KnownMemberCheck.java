package io.metastore.core.node;

import io.metastore.core.command.KnownMemberReply;
import io.metastore.core.command.KnownMemberRequest;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.machine.StoreView;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Refuses to start a member that was up before and has lost its data: it could vote against what it
 * once acknowledged. Asks the members that answer; source: etcd's {@code isMemberBootstrapped}.
 */
final class KnownMemberCheck {
  private static final long TIMEOUT_MS = 1000;

  private KnownMemberCheck() {}

  /**
   * Checks this member before Raft starts.
   *
   * @throws IOException if another member knows this one, yet there is no data
   */
  static void run(NodeConfig config, StoreMachine machine, PeerChannels peers) throws IOException {
    if (config.alone() || machine.state().index() >= 0 || hasLog(config.dataDirectory())) {
      return;
    }
    KnownMemberRequest request = KnownMemberRequest.newBuilder().setId(config.memberId()).build();
    List<CompletableFuture<Boolean>> answers =
        config.members().stream()
            .filter(member -> member.id() != config.memberId())
            .map(RaftMember::peerAddress)
            .map(
                address ->
                    peers
                        .call(address, PeerCall.KNOWN_MEMBER, request, TIMEOUT_MS)
                        .handle((reply, failure) -> failure == null && reply.getKnown()))
            .toList();
    for (CompletableFuture<Boolean> answer : answers) {
      if (answer.join()) {
        throw new IOException(
            "member "
                + Long.toHexString(config.memberId())
                + " has already been bootstrapped, but its data directory is empty");
      }
    }
  }

  static KnownMemberReply answer(KnownMemberRequest request, Supplier<StoreView> views) {
    StoreView view = views.get();
    try {
      boolean known =
          MemberTable.all(view.reader()).stream().anyMatch(note -> note.getId() == request.getId());
      return KnownMemberReply.newBuilder().setKnown(known).build();
    } finally {
      view.release();
    }
  }

  private static boolean hasLog(Path dataDirectory) throws IOException {
    Path raft = dataDirectory.resolve("raft");
    if (!Files.isDirectory(raft)) {
      return false;
    }
    try (Stream<Path> files = Files.list(raft)) {
      return files.findAny().isPresent();
    }
  }
}
