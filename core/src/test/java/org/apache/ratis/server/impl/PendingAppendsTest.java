package org.apache.ratis.server.impl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PendingAppendsTest {
  private final PendingAppends pending = new PendingAppends();
  private final FakeLog log = new FakeLog();

  /** A log whose disk and threads work when the test says so. */
  private static final class FakeLog implements PendingAppends.Request {
    final List<Long> queued = new ArrayList<>();
    final Deque<CompletableFuture<Void>> toForce = new ArrayDeque<>();
    final Deque<Runnable> waiting = new ArrayDeque<>();
    final Deque<Runnable> replies = new ArrayDeque<>();
    boolean fails;

    @Override
    public CompletableFuture<Void> append(List<LogEntryProto> entries) {
      if (fails) {
        return CompletableFuture.failedFuture(new IllegalStateException("log failed"));
      }
      entries.forEach(entry -> queued.add(entry.getIndex()));
      CompletableFuture<Void> onDisk = new CompletableFuture<>();
      toForce.add(onDisk);
      return onDisk;
    }

    void force() {
      toForce.remove().complete(null);
    }

    @Override
    public Executor waitingThread() {
      return waiting::add;
    }

    @Override
    public Executor replyThread() {
      return replies::add;
    }
  }

  private static List<LogEntryProto> entries(long term, long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(index -> LogEntryProto.newBuilder().setTerm(term).setIndex(index).build())
        .toList();
  }

  private CompletableFuture<Void> append(long term, long first, long last) {
    return pending.append(entries(term, first, last), log);
  }

  private boolean contains(long term, long index) {
    return pending.contains(TermIndex.valueOf(term, index));
  }

  @Test
  void entriesAreQueuedBeforeThoseBeforeThemAreOnDisk() {
    CompletableFuture<Void> first = append(1, 5, 6);
    CompletableFuture<Void> second = append(1, 7, 7);

    assertThat(log.queued).containsExactly(5L, 6L, 7L);
    assertThat(contains(1, 6)).isTrue();
    assertThat(contains(2, 6)).isFalse();
    assertThat(contains(1, 8)).isFalse();
    assertThat(first).isNotDone();

    log.force();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(contains(1, 6)).isFalse();
    assertThat(contains(1, 7)).isTrue();
    log.force();
    assertThat(second).isCompleted();
  }

  @Test
  void entriesSentTwiceAreQueuedOnceAndAcknowledgedWhenTheyAreOnDisk() {
    append(1, 5, 6);
    CompletableFuture<Void> again = append(1, 5, 6);
    CompletableFuture<Void> part = append(1, 6, 6);

    assertThat(log.queued).containsExactly(5L, 6L);
    assertThat(again).isNotDone();
    log.force();
    assertThat(again).isCompleted();
    assertThat(part).isCompleted();
  }

  /** Ratis 3.2.2 acknowledges these without having them. */
  @Test
  void entriesOfANewLeaderAreNoRepetition() {
    append(1, 5, 6);
    CompletableFuture<Void> replacing = append(2, 5, 5);

    assertThat(log.queued).containsExactly(5L, 6L, 5L);
    assertThat(contains(2, 5)).isTrue();
    assertThat(contains(1, 5)).isFalse();
    log.force();
    assertThat(replacing).isNotDone();
    log.force();
    assertThat(replacing).isCompleted();
    assertThat(contains(2, 5)).isFalse();
  }

  @Test
  void moreThanTheLogHasRoomForWaitOnAnotherThread() {
    int many = PendingAppends.ENTRIES_MAX;
    append(1, 1, many);
    append(1, many + 1, many + 1);
    append(1, many + 2, many + 2);
    assertThat(log.queued).hasSize(many);
    assertThat(contains(1, many + 2)).isTrue();

    log.force();
    assertThat(log.queued).hasSize(many); // this thread only passes it on
    log.waiting.remove().run();
    assertThat(log.queued).hasSize(many + 1);
    assertThat(log.waiting).isEmpty();
    log.force();
    log.waiting.remove().run();
    assertThat(log.queued).hasSize(many + 2);
    log.force();

    append(1, many + 3, many + 3);
    assertThat(log.queued).hasSize(many + 3);
  }

  @Test
  void aRequestThatIsLargerThanTheLogsQueueIsAppendedInParts() {
    int many = PendingAppends.ENTRIES_MAX;
    CompletableFuture<Void> large = append(1, 1, 2 * many + 1);
    CompletableFuture<Void> next = append(1, 2 * many + 2, 2 * many + 2);
    for (int queued : new int[] {many, 2 * many, 2 * many + 1}) {
      log.waiting.remove().run();
      assertThat(log.queued).hasSize(queued);
      assertThat(log.waiting).isEmpty();
      assertThat(large).isNotDone();
      log.force();
    }
    assertThat(large).isCompleted();
    settle();
    assertThat(next).isCompleted();
    assertThat(log.queued).hasSize(2 * many + 2);
  }

  @Test
  void aFailureDoesNotFailTheAppendAfterIt() {
    log.fails = true;
    assertThat(append(1, 5, 5)).isCompletedExceptionally();
    assertThat(contains(1, 5)).isFalse();
    log.fails = false;
    CompletableFuture<Void> next = append(2, 5, 5);
    log.force();
    assertThat(next).isCompleted();
  }

  /** As when a checkpoint arrives. */
  @Test
  void entriesDroppedFromTheQueueFailWhenLaterOnesAreOnDisk() {
    CompletableFuture<Void> dropped = append(1, 5, PendingAppends.ENTRIES_MAX);
    log.toForce.remove();
    CompletableFuture<Void> next = append(1, 5000, 5000);
    assertThat(contains(1, 5)).isTrue();

    log.force();

    assertThat(dropped).isCompletedExceptionally();
    assertThat(next).isCompleted();
    assertThat(contains(1, 5)).isFalse();
    append(1, 5001, 5000 + PendingAppends.ENTRIES_MAX);
    assertThat(log.queued).endsWith(5000L + PendingAppends.ENTRIES_MAX); // there is room again
  }

  @Test
  void theReplyIsBuiltOnTheThreadOfTheRequest() {
    CompletableFuture<Void> answered =
        append(1, 5, 5).whenCompleteAsync((none, failure) -> {}, task -> {});
    log.force();
    assertThat(answered).isNotDone();
    log.replies.remove().run();
    assertThat(answered).isCompleted();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyOrderOfEventsKeepsTheOrderOfTheEntries(long seed) {
    Random random = new Random(seed);
    List<CompletableFuture<Void>> results = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    long next = 1;
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long last = next + random.nextInt(PendingAppends.ENTRIES_MAX / 4);
          results.add(append(1, next, last));
          sizes.add(last);
          next = last + 1;
        }
        case 2 -> {
          if (!log.toForce.isEmpty()) {
            log.force();
          }
        }
        default -> {
          if (!log.waiting.isEmpty()) {
            log.waiting.remove().run();
          }
        }
      }
      if (results.stream().filter(result -> !result.isDone()).count() > 12) {
        settle();
      }
    }
    settle();

    assertThat(log.queued).containsExactlyElementsOf(LongStream.range(1, next).boxed().toList());
    assertThat(results).allMatch(result -> result.isDone() && !result.isCompletedExceptionally());
    assertThat(sizes).noneMatch(last -> contains(1, last));
  }

  private void settle() {
    while (!log.toForce.isEmpty() || !log.waiting.isEmpty()) {
      if (!log.toForce.isEmpty()) {
        log.force();
      } else {
        log.waiting.remove().run();
      }
    }
  }
}
