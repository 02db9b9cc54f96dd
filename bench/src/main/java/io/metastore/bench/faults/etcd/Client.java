package io.metastore.bench.faults.etcd;

import java.util.Random;

/** A client that repeats one step after random pauses until it is stopped, on its own thread. */
abstract class Client implements Runnable, AutoCloseable {
  final String name;
  final Random random;
  final Channels channels;
  final Journal journal;
  private volatile boolean stopped;

  Client(String name, long seed, Channels channels, Journal journal) {
    this.name = name;
    this.random = new Random(seed);
    this.channels = channels;
    this.journal = journal;
  }

  /** Does one step, and returns the longest pause after it in milliseconds. */
  abstract int step() throws InterruptedException;

  /** Lets it begin nothing new. */
  final void stop() {
    stopped = true;
  }

  final boolean isStopped() {
    return stopped;
  }

  final Channels channels() {
    return channels;
  }

  @Override
  public final void run() {
    try {
      while (!stopped) {
        Thread.sleep(random.nextInt(step()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      journal.findings().violation(name + ": " + e);
    }
  }

  @Override
  public final void close() {
    stopped = true;
    channels.close();
  }
}
