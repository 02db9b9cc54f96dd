package io.metastore.bench.faults.metastore;

import io.metastore.bench.faults.testbed.Findings;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Everything that the clients did and observed. Thread-safe. */
final class Journal {
  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private final Queue<Hold> holds = new ConcurrentLinkedQueue<>();
  private final Map<Contender, Boolean> exclusive = new ConcurrentHashMap<>();

  private final Findings findings;

  private record Contender(String lock, long client) {}

  Journal(Findings findings) {
    this.findings = findings;
  }

  void add(Attempt attempt) {
    attempts.add(attempt);
  }

  void add(Hold hold) {
    holds.add(hold);
  }

  /** Records the mode in which a client wants a lock, which is the same as long as it lives. */
  void wants(String lock, long client, boolean forItselfAlone) {
    exclusive.put(new Contender(lock, client), forItselfAlone);
  }

  /** Records a violation that was observed directly. */
  void wrong(String what) {
    findings.violation(what);
  }

  Collection<Attempt> attempts() {
    return attempts;
  }

  Collection<Hold> holds() {
    return holds;
  }

  boolean exclusive(String lock, long client) {
    Boolean found = exclusive.get(new Contender(lock, client));
    if (found == null) {
      throw new IllegalStateException("nobody's place in " + lock + ": client " + client);
    }
    return found;
  }
}
