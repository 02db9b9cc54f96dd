package io.metastore.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.CheckpointLeases;
import io.metastore.core.command.Command;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.machine.Applied;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.TestMachine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LeaseKeeperTest {
  private static final long MARGIN_MS = 1_000;
  private static final long CHECKPOINT_MS = 300_000;

  /** The term of all entries in this test. */
  private static final long TERM = 1;

  @RegisterExtension final Machines machines = new Machines();

  private final Deque<Runnable> callbacks = new ArrayDeque<>();
  private final List<Proposal> proposals = new ArrayList<>();
  private long nowNanos =
      Long.MAX_VALUE - 5; // a monotonic clock may start anywhere, and wraps around
  private final TestMachine machine = machines.open();
  private final LeaseKeeper keeper =
      new LeaseKeeper(() -> nowNanos, this::propose, callbacks::add, CHECKPOINT_MS);

  private record Proposal(Command command, CompletableFuture<Outcome> outcome) {}

  private CompletableFuture<Outcome> propose(Command command) {
    Proposal proposal = new Proposal(command, new CompletableFuture<>());
    proposals.add(proposal);
    return proposal.outcome();
  }

  @Test
  void aNewLeaseExpiresAfterItsTtlAndNotBefore() {
    lead();
    apply(Commands.grant(7, 10));
    passMs(9_999);
    assertThat(proposals).isEmpty();
    passMs(1);
    assertThat(revoked()).containsExactly(revoke(7, 1));
    assertThat(keeper.remaining(7)).isZero();
    passMs(60_000);
    assertThat(proposals).as("the revocation is proposed once").hasSize(1);
  }

  @Test
  void expiryDeletesTheKeysInOneRevisionAndForgetsTheLease() {
    lead();
    apply(Commands.grant(7, 10));
    apply(Commands.put("a", "", 7));
    apply(Commands.put("b", "", 7));
    passMs(10_000);
    Applied applied = commitAll();
    assertThat(applied.events()).hasSize(2);
    assertThat(applied.revision()).isEqualTo(4);
    assertThat(keeper.remaining(7)).isEqualTo(-1);
    assertThat(keeper.ids()).isEmpty();
  }

  @Test
  void aRenewalRestartsTheTtl() {
    lead();
    apply(Commands.grant(7, 10));
    passMs(9_000);
    assertThat(keeper.renew(7)).isEqualTo(10);
    passMs(9_999);
    assertThat(proposals).isEmpty();
    passMs(1);
    assertThat(revoked()).containsExactly(revoke(7, 1));
  }

  @Test
  void expiredAndUnknownLeasesAreNotRenewed() {
    lead();
    apply(Commands.grant(7, 10));
    assertThat(keeper.renew(8)).isEqualTo(LeaseKeeper.UNKNOWN);
    nowNanos += TimeUnit.SECONDS.toNanos(10);
    assertThat(keeper.renew(7)).as("expired, although no tick has run").isZero();
    passMs(0);
    assertThat(keeper.renew(7)).as("its revocation is proposed").isZero();
    fail();
    assertThat(keeper.renew(7)).as("its revocation may be committed").isZero();
  }

  @Test
  void aRevocationWithUnknownOutcomeIsProposedAgain() {
    lead();
    apply(Commands.grant(7, 10));
    passMs(10_000);
    fail();
    passMs(0);
    assertThat(revoked()).containsExactly(revoke(7, 1), revoke(7, 1));
    commitAll();
    passMs(60_000);
    assertThat(proposals).isEmpty();
  }

  @Test
  void theRevocationOfAnOldLeaseDoesNotAffectANewOneWithTheSameId() {
    lead();
    apply(Commands.grant(7, 10));
    passMs(10_000);
    apply(Commands.revoke(7));
    apply(Commands.grant(7, 20));
    apply(Commands.put("a", "", 7));
    Applied applied = commitAll();
    assertThat(applied.events()).isEmpty();
    assertThat(keeper.remaining(7)).isEqualTo(20);
    passMs(20_000);
    assertThat(revoked()).containsExactly(revoke(7, 3));
  }

  @Test
  void aNewLeaderGrantsTheFullTtlAndAMargin() {
    apply(Commands.grant(7, 10));
    nowNanos += TimeUnit.HOURS.toNanos(1);
    lead();
    passMs(10_999);
    assertThat(proposals).isEmpty();
    passMs(1);
    assertThat(revoked()).containsExactly(revoke(7, 1));
  }

  @Test
  void aNewLeaderContinuesFromTheCheckpoint() {
    apply(Commands.grant(7, 1000));
    apply(checkpoint(7, 30));
    lead();
    assertThat(keeper.remaining(7)).isEqualTo(31);
    // In etcd 3.5.1 only the first change of the leader respected it (issue 13491).
    passMs(10_000);
    keeper.resign();
    lead();
    assertThat(keeper.remaining(7)).isEqualTo(31);
    passMs(31_000);
    assertThat(revoked()).containsExactly(revoke(7, 1));
  }

  @Test
  void checkpointsRecordTheRemainingTtlOfLongLeases() {
    lead();
    apply(Commands.grant(7, 1000));
    apply(Commands.grant(8, 300));
    apply(Commands.grant(9, 2000));
    passMs(299_000);
    keeper.renew(8);
    assertThat(proposals).isEmpty();
    passMs(1_000);
    keeper.renew(8);
    assertThat(proposals).hasSize(1);
    assertThat(proposals.get(0).command().getCheckpointLeases().getLeasesList())
        .containsExactlyInAnyOrder(remaining(7, 700), remaining(9, 1700));
    commitAll();
    passMs(1_000);
    assertThat(keeper.remaining(7)).as("a checkpoint does not change the deadline").isEqualTo(699);
  }

  @Test
  void aRenewalClearsTheCheckpoint() {
    apply(Commands.grant(7, 1000));
    apply(checkpoint(7, 30));
    lead();
    assertThat(keeper.renew(7)).as("the remaining TTL for a new leader").isEqualTo(30);
    assertThat(proposals).extracting(Proposal::command).containsExactly(checkpoint(7, 0));
    commitAll();
    assertThat(keeper.renew(7)).isEqualTo(1000);
    assertThat(proposals).isEmpty();
  }

  @Test
  void withoutLeadershipTheKeeperIsEmpty() {
    lead();
    apply(Commands.grant(7, 10));
    keeper.resign();
    assertThat(keeper.isLeading()).isFalse();
    assertThat(keeper.renew(7)).isEqualTo(LeaseKeeper.UNKNOWN);
    assertThat(keeper.remaining(7)).isEqualTo(-1);
    apply(Commands.grant(8, 10));
    passMs(60_000);
    assertThat(proposals).isEmpty();
  }

  @Test
  void proposalsByALeadersClockAreIgnoredInOtherTerms() {
    apply(Commands.grant(7, 10), Commands.grant(8, 1000));
    keeper.lead(machine.storage(), TERM + 1, MARGIN_MS);
    passMs(300_000);
    assertThat(proposals).hasSize(2);
    commitAll();
    lead();
    assertThat(keeper.remaining(7)).isEqualTo(11);
    assertThat(keeper.remaining(8)).isEqualTo(1001);
  }

  @Test
  void anAnswerFromAnEarlierTermChangesNothing() {
    lead();
    apply(Commands.grant(7, 10));
    passMs(10_000);
    keeper.resign();
    lead();
    fail();
    proposals.clear();
    passMs(10_999);
    assertThat(proposals).as("the lease was renewed").isEmpty();
    passMs(1);
    assertThat(revoked()).containsExactly(revoke(7, 1));
  }

  @Test
  void secondsLeftAreRoundedUpAndLeasesListedSoonestFirst() {
    lead();
    apply(Commands.grant(7, 30));
    apply(Commands.grant(8, 10));
    apply(Commands.grant(9, 20));
    passMs(1);
    assertThat(keeper.ids()).containsExactly(8L, 9L, 7L);
    assertThat(keeper.remaining(8)).isEqualTo(10);
    passMs(999);
    assertThat(keeper.remaining(8)).isEqualTo(9);
  }

  @Test
  void theNumberOfRevocationsInFlightIsBounded() {
    lead();
    Command[] grants = new Command[1500];
    for (int i = 0; i < grants.length; i++) {
      grants[i] = Commands.grant(i + 1, 10);
    }
    apply(grants);
    passMs(10_000);
    assertThat(proposals).hasSize(1000);
    commitAll();
    passMs(0);
    assertThat(proposals).hasSize(500);
    commitAll();
    assertThat(keeper.ids()).isEmpty();
  }

  @Test
  void theLongestTtlDoesNotOverflowTheClock() {
    apply(Commands.grant(7, 9_000_000_000L));
    lead();
    apply(Commands.grant(8, 9_000_000_000L));
    passMs(TimeUnit.DAYS.toMillis(365));
    assertThat(revoked()).isEmpty();
    assertThat(keeper.renew(7)).isEqualTo(9_000_000_000L);
    assertThat(keeper.remaining(7)).isEqualTo(9_000_000_000L);
    assertThat(keeper.remaining(8)).isEqualTo(9_000_000_000L - TimeUnit.DAYS.toSeconds(365));
  }

  private void lead() {
    keeper.lead(machine.storage(), TERM, MARGIN_MS);
  }

  private Applied apply(Command... commands) {
    Applied applied = machine.apply(commands);
    keeper.applied(applied.leaseEvents());
    return applied;
  }

  private void passMs(long ms) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(ms);
    keeper.tick();
  }

  /** Applies all proposals as one entry and completes them. */
  private Applied commitAll() {
    List<Proposal> done = List.copyOf(proposals);
    proposals.clear();
    Applied applied = apply(done.stream().map(Proposal::command).toArray(Command[]::new));
    List<Outcome> outcomes = applied.slices().get(0).outcomes();
    for (int i = 0; i < done.size(); i++) {
      done.get(i).outcome().complete(outcomes.get(i));
    }
    runCallbacks();
    return applied;
  }

  /** Fails the last proposal. */
  private void fail() {
    proposals.get(proposals.size() - 1).outcome().completeExceptionally(new Exception("lost"));
    runCallbacks();
  }

  private void runCallbacks() {
    while (!callbacks.isEmpty()) {
      callbacks.remove().run();
    }
  }

  private List<RevokeLease> revoked() {
    return proposals.stream()
        .map(Proposal::command)
        .filter(Command::hasRevokeLease)
        .map(Command::getRevokeLease)
        .toList();
  }

  private static RevokeLease revoke(long id, long grantedIndex) {
    return RevokeLease.newBuilder().setId(id).setGrantedIndex(grantedIndex).setTerm(TERM).build();
  }

  private static Command checkpoint(long id, long seconds) {
    return Command.newBuilder()
        .setCheckpointLeases(
            CheckpointLeases.newBuilder().addLeases(remaining(id, seconds)).setTerm(TERM))
        .build();
  }

  private static CheckpointLeases.Remaining remaining(long id, long seconds) {
    return CheckpointLeases.Remaining.newBuilder().setId(id).setRemaining(seconds).build();
  }
}
