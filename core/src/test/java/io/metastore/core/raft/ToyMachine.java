package io.metastore.core.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * A list of strings in memory, with checkpoints of several files. Follows the rules for a state
 * machine that uses {@link CheckpointStorage}, and records how Ratis calls it.
 */
final class ToyMachine extends BaseStateMachine {
  private static final int FILES = 5;
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final LogAppenders appenders;
  private final CheckpointStorage checkpoints;
  private final List<String> values = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();

  ToyMachine(Path directory, LogAppenders appenders) {
    this.appenders = appenders;
    this.checkpoints = new CheckpointStorage(directory, appenders::isSending);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
      throws IOException {
    super.initialize(server, groupId, storage);
    checkpoints.open();
    Path newest = checkpoints.findNewest();
    if (newest != null) {
      load(newest);
    }
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    synchronized (this) {
      values.add(entry.getStateMachineLogEntry().getLogData().toStringUtf8());
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      notifyAll();
    }
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex position = getLastAppliedTermIndex();
    if (position.getIndex() < 0) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    checkpoints.write(
        target -> {
          write(target);
          return position;
        });
    checkpoints.publish();
    checkpoints.deleteOld();
    return Math.min(position.getIndex(), appenders.neededAfter());
  }

  private void write(Path target) {
    try {
      Files.createDirectory(target);
      List<String> current = values();
      for (int file = 0; file < FILES; file++) {
        List<String> part = new ArrayList<>();
        for (int i = file; i < current.size(); i += FILES) {
          part.add(i + " " + current.get(i));
        }
        Files.write(target.resolve("part-" + file), part, StandardCharsets.UTF_8);
      }
      Files.createFile(target.resolve("empty"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void load(Path checkpoint) throws IOException {
    String[] loaded = new String[0];
    for (int file = 0; file < FILES; file++) {
      for (String line : Files.readAllLines(checkpoint.resolve("part-" + file))) {
        int index = Integer.parseInt(line.substring(0, line.indexOf(' ')));
        loaded = Arrays.copyOf(loaded, Math.max(loaded.length, index + 1));
        loaded[index] = line.substring(line.indexOf(' ') + 1);
      }
    }
    synchronized (this) {
      values.clear();
      values.addAll(List.of(loaded));
      setLastAppliedTermIndex(
          CheckpointFiles.in(checkpoint.resolveSibling(".").normalize()).get(0).position());
      notifyAll();
    }
  }

  @Override
  public void pause() {
    called("pause");
    checkpoints.receiving();
    if (getLifeCycleState() != LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    called("reinitialize");
    load(checkpoints.adoptReceived());
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftConfigurationProto configuration) {
    called("notifyConfigurationChanged");
  }

  @Override
  public synchronized void notifyLeaderReady() {
    notifyAll();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return checkpoints;
  }

  private synchronized void called(String what) {
    calls.add(what + " in " + Thread.currentThread().getName());
  }

  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized List<String> values() {
    return List.copyOf(values);
  }

  @Nullable Path findNewestCheckpoint() {
    return checkpoints.findNewest();
  }

  synchronized void awaitValue(String value) throws InterruptedException, TimeoutException {
    await(() -> values.contains(value), value);
  }

  /**
   * Checks the condition after every change here, and regularly for changes that Ratis does not
   * report.
   */
  synchronized void await(BooleanSupplier condition, String what)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("waited in vain for " + what);
      }
      wait(20);
    }
  }
}
