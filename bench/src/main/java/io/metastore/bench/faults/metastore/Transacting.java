package io.metastore.bench.faults.metastore;

import io.metastore.api.v1.Child;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.bench.faults.metastore.Attempt.Draft;
import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.bench.faults.metastore.Attempt.Read;
import io.metastore.bench.faults.metastore.Attempt.Seen;
import io.metastore.client.Conditions;
import io.metastore.client.HeldLock;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import io.metastore.client.Transaction;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A worker's transactions and reads, on few keys so that they conflict. */
final class Transacting {
  static final String DIRECTORY = "/tx";
  private static final int KEYS = 5;

  private final Worker worker;
  private final Random random;

  Transacting(Worker worker) {
    this.worker = worker;
    this.random = worker.random();
  }

  /** Runs one transaction, under the lock if there is one. It is not retried. */
  void step(@Nullable HeldLock lock) throws InterruptedException {
    Draft draft = new Draft(worker.nextId());
    if (lock != null) {
      draft.fence(lock.name(), lock.token());
    }
    Outcome outcome = Outcome.NOT_DONE;
    try {
      worker
          .client()
          .transactions()
          .withAttempts(1)
          .run(
              transaction -> {
                fill(transaction, draft);
                if (lock != null) {
                  transaction.require(lock.fence());
                }
                return true;
              });
      outcome = Outcome.DONE;
    } catch (OutcomeUnknownException e) {
      outcome = Outcome.UNKNOWN;
    } catch (MetastoreException e) {
      worker.judge(e);
    } finally {
      worker.journal().add(draft.end(outcome));
    }
  }

  private void fill(Transaction transaction, Draft draft) throws InterruptedException {
    draft.snapshot(transaction.revision());
    for (int i = random.nextInt(4); i >= 0; i--) {
      draft.read(read(transaction));
    }
    if (random.nextInt(8) == 0) {
      return;
    }
    if (random.nextInt(4) == 0) {
      String deleted = someKey();
      transaction.delete(deleted);
      draft.delete(deleted);
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      String key = someKey();
      transaction.put(key, draft.id());
      draft.put(key);
    }
  }

  private Read read(Transaction transaction) throws InterruptedException {
    String directory = someDirectory();
    Map<String, Seen> found = new TreeMap<>();
    switch (random.nextInt(4)) {
      case 0 -> {
        transaction.read(Conditions.subtree(directory)).forEach(entry -> note(found, entry));
        return new Read(directory + "/", directory + "0", true, found);
      }
      case 1 -> {
        for (Child child : transaction.list(directory)) {
          found.put(child.getEntry().getKey(), new Seen(child.getEntry().getModRevision(), ""));
        }
        return new Read(directory + "/", directory + "0", false, found);
      }
      case 2 -> {
        String from = someKey();
        String to = someKey();
        transaction.read(Conditions.range(from, to)).forEach(entry -> note(found, entry));
        // An empty range if the end is before the start.
        return new Read(from, from.compareTo(to) < 0 ? to : from, true, found);
      }
      default -> {
        String key = someKey();
        Entry entry = transaction.find(key);
        if (entry != null) {
          note(found, entry);
        }
        return new Read(key, key + '\0', true, found);
      }
    }
  }

  /** A linearizable read of one key or of all keys. */
  void readOnly() throws InterruptedException {
    Draft draft = new Draft(worker.nextId());
    Map<String, Seen> found = new TreeMap<>();
    if (random.nextBoolean()) {
      String key = someKey();
      GetResponse answer =
          worker.client().keyValue().get(GetRequest.newBuilder().setKey(key).build());
      if (answer.hasEntry()) {
        note(found, answer.getEntry());
      }
      draft.snapshot(answer.getRevision());
      draft.read(new Read(key, key + '\0', true, found));
    } else {
      GetRangeRequest all =
          GetRangeRequest.newBuilder().setKeys(Conditions.subtree(DIRECTORY)).build();
      draft.snapshot(worker.client().keyValue().read(all, entry -> note(found, entry)).revision());
      draft.read(new Read(DIRECTORY + "/", DIRECTORY + "0", true, found));
    }
    worker.journal().add(draft.end(Outcome.DONE));
  }

  private static void note(Map<String, Seen> found, Entry entry) {
    found.put(entry.getKey(), new Seen(entry.getModRevision(), entry.getValue().toStringUtf8()));
  }

  private String someDirectory() {
    return DIRECTORY + (random.nextBoolean() ? "/a" : "/b");
  }

  private String someKey() {
    return someDirectory() + "/" + random.nextInt(KEYS);
  }
}
