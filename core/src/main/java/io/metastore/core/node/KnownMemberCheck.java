package io.metastore.core.node;

import io.metastore.core.command.Configuration;
import io.metastore.core.command.KnownMemberReply;
import io.metastore.core.command.KnownMemberRequest;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreView;
import io.metastore.core.raft.DurableFiles;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.PeerDialer;
import io.metastore.core.raft.ProcessStopper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses to run a member that has run before but has lost its data: it could vote against entries
 * that it acknowledged. Source: etcd's {@code isMemberBootstrapped}, which asks once before the
 * start. Also refuses a member that was removed.
 *
 * <p>A member without data asks the others whether they know it. Until one of them has answered
 * that it does not, the member neither votes nor serves. In a new cluster no member knows another
 * yet, and a question from another member counts as an answer too, because only members without
 * data ask. The file {@code UNCONFIRMED} in the data directory records that no answer has come; it
 * is deleted before the member announces itself.
 *
 * <p>Known gap: the member that answers may not have learned of this member yet, although a
 * majority has.
 *
 * <p>Thread-safe.
 */
final class KnownMemberCheck {
  private static final Logger LOG = LoggerFactory.getLogger(KnownMemberCheck.class);

  private static final String UNCONFIRMED = "unconfirmed";
  private static final String REMOVED = "removed";
  private static final long TIMEOUT_MS = 1000;

  private static final long PAUSE_MS = 100;
  private static final int MESSAGE_BYTES_MAX = 1 << 20;

  private final NodeConfig config;
  private final PeerDialer dialer;
  private final Supplier<StoreView> views;
  private final CompletableFuture<Void> passed = new CompletableFuture<>();

  private KnownMemberCheck(NodeConfig config, PeerDialer dialer, Supplier<StoreView> views) {
    this.config = config;
    this.dialer = dialer;
    this.views = views;
  }

  /**
   * Checks this member before Raft starts, using the answers that arrive in time.
   *
   * @throws IOException if another member knows this one although it has no data, or if it was
   *     removed
   */
  static KnownMemberCheck begin(
      NodeConfig config, PeerDialer dialer, boolean applied, Supplier<StoreView> views)
      throws IOException {
    KnownMemberCheck check = new KnownMemberCheck(config, dialer, views);
    if (Files.exists(check.file(REMOVED))) {
      throw check.removal();
    }
    boolean hasData = check.hasData(applied);
    if (hasData && config.beginning() == NodeConfig.Beginning.FORCED) {
      check.passed.complete(null);
      return check;
    }
    List<KnownMemberReply> replies = check.ask(hasData, TIMEOUT_MS).join();
    if (check.reportsRemoval(replies)) {
      check.markRemoved();
      throw check.removal();
    }
    if (hasData) {
      check.passed.complete(null);
      return check;
    }
    check.refuseIfKnown(replies);
    if (config.alone() || !replies.isEmpty()) {
      check.passed.complete(null);
    } else {
      check.mark(UNCONFIRMED);
    }
    return check;
  }

  /** Asks the other members whether this one was removed; false if none answers. */
  CompletableFuture<Boolean> isRemoved() {
    return ask(/* hasData= */ true, TIMEOUT_MS).thenApply(this::reportsRemoval);
  }

  /** Makes later starts with this data directory fail. */
  void markRemoved() {
    try {
      mark(REMOVED);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + file(REMOVED), e);
    }
  }

  /** Completes when this member may vote and announce itself to the others. */
  CompletableFuture<Void> passed() {
    return passed;
  }

  /** Keeps asking until a member answers; calls {@code stopper} if one knows this member. */
  void keepAsking(ScheduledExecutorService timer, ProcessStopper stopper) {
    if (passed.isDone()) {
      return;
    }
    LOG.info("no other member answers; this member does not vote until one does");
    askLater(timer, stopper);
  }

  private void askLater(ScheduledExecutorService timer, ProcessStopper stopper) {
    timer.schedule(
        () ->
            ask(/* hasData= */ false, TIMEOUT_MS)
                .whenComplete(
                    (replies, failure) -> {
                      if (passed.isDone() || timer.isShutdown()) {
                        return;
                      }
                      if (failure != null || replies.isEmpty()) {
                        askLater(timer, stopper);
                        return;
                      }
                      try {
                        refuseIfKnown(replies);
                      } catch (IOException e) {
                        stopper.stop("this member has no data, but another member knows it", e);
                        return;
                      }
                      pass();
                    }),
        PAUSE_MS,
        TimeUnit.MILLISECONDS);
  }

  /** Answers the same question from another member. */
  KnownMemberReply answer(KnownMemberRequest request) {
    StoreView view = views.get();
    try {
      Configuration configuration = Configurations.of(config, view);
      Configuration.Member member =
          MemberTable.find(configuration.getMembersList(), request.getId());
      if (member != null && !request.getHasData() && !passed.isDone()) {
        pass();
      }
      boolean known =
          (member != null && member.getAdded())
              || MemberTable.notes(view.reader()).stream()
                  .anyMatch(note -> note.getId() == request.getId());
      return KnownMemberReply.newBuilder()
          .setKnown(known)
          .setRemoved(configuration.getRemovedList().contains(request.getId()))
          .setClusterId(config.clusterId())
          .build();
    } finally {
      view.release();
    }
  }

  /** Asks all other members; completes with the answers that arrive in time. */
  private CompletableFuture<List<KnownMemberReply>> ask(boolean hasData, long timeoutMs) {
    KnownMemberRequest request =
        KnownMemberRequest.newBuilder().setId(config.memberId()).setHasData(hasData).build();
    // Separate channels: after a failed connection, later calls on shared channels would be
    // delayed.
    PeerChannels channels = new PeerChannels(dialer, MESSAGE_BYTES_MAX);
    List<CompletableFuture<List<KnownMemberReply>>> answers = new ArrayList<>();
    for (Configuration.Member member : configuration().getMembersList()) {
      if (member.getId() != config.memberId()) {
        answers.add(
            channels
                .call(member.getAddress(), PeerCall.KNOWN_MEMBER, request, timeoutMs)
                .handle((reply, failure) -> failure == null ? List.of(reply) : List.of()));
      }
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            all -> {
              channels.close();
              return answers.stream().flatMap(answer -> answer.join().stream()).toList();
            });
  }

  private Configuration configuration() {
    StoreView view = views.get();
    try {
      return Configurations.of(config, view);
    } finally {
      view.release();
    }
  }

  private boolean reportsRemoval(List<KnownMemberReply> replies) {
    return replies.stream()
        .anyMatch(reply -> reply.getRemoved() && reply.getClusterId() == config.clusterId());
  }

  private IOException removal() {
    return new IOException(
        "member "
            + Long.toHexString(config.memberId())
            + " was removed from the cluster; to come back it must join with an empty data"
            + " directory");
  }

  private void refuseIfKnown(List<KnownMemberReply> replies) throws IOException {
    if (replies.stream().anyMatch(KnownMemberReply::getKnown)) {
      throw new IOException(
          "member "
              + Long.toHexString(config.memberId())
              + " has already been bootstrapped, but its data directory is empty");
    }
  }

  private void pass() {
    try {
      // Deleted durably before another member can know this one, because a later start would be
      // refused if the file still existed.
      Files.deleteIfExists(file(UNCONFIRMED));
      DurableFiles.force(config.dataDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file(UNCONFIRMED), e);
    }
    passed.complete(null);
  }

  private void mark(String name) throws IOException {
    if (!Files.exists(file(name))) {
      Files.createFile(file(name));
      DurableFiles.force(config.dataDirectory());
    }
  }

  private Path file(String name) {
    return config.dataDirectory().resolve(name);
  }

  private boolean hasData(boolean applied) throws IOException {
    return !Files.exists(file(UNCONFIRMED)) && (applied || hasLog());
  }

  private boolean hasLog() throws IOException {
    try (Stream<Path> files = Files.list(config.logDirectory())) {
      return files.findAny().isPresent();
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
