package io.metastore.compat.chaos;

import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What all clients together did and saw. Thread-safe. */
final class Journal {
  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private final Queue<Hold> holds = new ConcurrentLinkedQueue<>();
  private final Map<Contender, Boolean> exclusive = new ConcurrentHashMap<>();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  private record Contender(String lock, long client) {}

  void add(Attempt attempt) {
    attempts.add(attempt);
  }

  void add(Hold hold) {
    holds.add(hold);
  }

  /** A client wants a lock in one and the same mode as long as it lives. */
  void wants(String lock, long client, boolean forItselfAlone) {
    exclusive.put(new Contender(lock, client), forItselfAlone);
  }

  /** Something that must never be, seen at once. */
  void wrong(String what) {
    wrong.add(what);
  }

  Collection<Attempt> attempts() {
    return attempts;
  }

  Collection<Hold> holds() {
    return holds;
  }

  Collection<String> wrong() {
    return wrong;
  }

  boolean exclusive(String lock, long client) {
    Boolean found = exclusive.get(new Contender(lock, client));
    if (found == null) {
      throw new IllegalStateException("nobody's place in " + lock + ": client " + client);
    }
    return found;
  }
}
