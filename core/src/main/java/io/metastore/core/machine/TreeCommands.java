package io.metastore.core.machine;

import io.metastore.core.api.NodeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeError;
import io.metastore.core.command.AttachSession;
import io.metastore.core.command.EndSession;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.OpenSession;
import io.metastore.core.command.ReapNode;
import io.metastore.core.command.TreeChange;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.storage.WriteSet;
import io.metastore.core.tree.SessionRecord;
import io.metastore.core.tree.SessionTable;
import io.metastore.core.tree.TreeChanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies the commands on the znode tree and its sessions. Called by the apply thread. */
final class TreeCommands {
  private TreeCommands() {}

  static Outcome openSession(OpenSession open, long index, Turn turn) {
    TreeChanges.plant(turn.writes());
    long id = SessionTable.allocateId(turn.writes(), turn.timeMs());
    while (LeaseTable.find(turn.writes(), id) != null) {
      id = SessionTable.allocateId(turn.writes(), turn.timeMs());
    }
    Lease lease = new Lease(id, open.getTtl(), 0, index, Lease.Kind.SESSION, "");
    LeaseTable.put(turn.writes(), lease);
    turn.add(new LeaseEvent.Updated(lease));
    SessionRecord session =
        SessionRecord.newBuilder()
            .setTimeoutMs(open.getTimeoutMs())
            .setPassword(open.getPassword())
            .setAttachment(open.getAttachment())
            .build();
    return attach(id, session, turn);
  }

  static Outcome attachSession(AttachSession attach, Turn turn) {
    SessionRecord session = SessionTable.find(turn.writes(), attach.getSession());
    if (session == null || !session.getPassword().equals(attach.getPassword())) {
      return refused(turn, 0, TreeError.SESSION_EXPIRED);
    }
    return attach(
        attach.getSession(),
        session.toBuilder().setAttachment(attach.getAttachment()).clearLastNumber().build(),
        turn);
  }

  private static Outcome attach(long id, SessionRecord session, Turn turn) {
    SessionTable.put(turn.writes(), id, session);
    turn.add(new SessionEvent.Attached(id, session.getAttachment()));
    return new Outcome.SessionAttached(turn.revision(), id, session.getTimeoutMs());
  }

  /**
   * Takes note that a request came through its attachment.
   *
   * @return why it must not be applied, or null
   */
  private static @Nullable TreeError take(long id, long attachment, long number, Turn turn) {
    SessionRecord session = SessionTable.find(turn.writes(), id);
    if (session == null) {
      return TreeError.SESSION_EXPIRED;
    }
    if (session.getAttachment() != attachment || session.getLastNumber() + 1 != number) {
      return TreeError.SESSION_MOVED;
    }
    SessionTable.put(turn.writes(), id, session.toBuilder().setLastNumber(number).build());
    return null;
  }

  static Outcome change(TreeChange change, Turn turn) {
    TreeError error = take(change.getSession(), change.getAttachment(), change.getNumber(), turn);
    if (error != null) {
      return refused(turn, 0, error);
    }
    // A single operation checks before it writes; of several, the last may be refused.
    boolean single = change.getOpsCount() == 1;
    WriteSet writes = single ? turn.writes() : turn.writes().nested();
    TreeChanges changes = changes(writes, turn);
    List<NodeResult> results = new ArrayList<>(change.getOpsCount());
    for (NodeOp op : change.getOpsList()) {
      try {
        results.add(changes.apply(op, change.getIdentitiesList(), change.getSession()));
      } catch (TreeChanges.Refused e) {
        return refused(turn, results.size(), e.error());
      }
    }
    if (!single) {
      turn.writes().add(writes);
    }
    if (change.getOpsList().stream().anyMatch(op -> !op.hasCheck())) {
      turn.addTreeChange(changes.events());
      turn.endCommand();
    }
    return new Outcome.TreeChanged(turn.revision(), results);
  }

  /** Takes a client's request to end its session; null if the session is to be ended now. */
  static @Nullable Outcome takeEnd(EndSession end, Turn turn) {
    TreeError error = take(end.getSession(), end.getAttachment(), end.getNumber(), turn);
    return error == null ? null : refused(turn, 0, error);
  }

  /** Removes a session whose lease ends, and its ephemeral nodes; the caller ends the command. */
  static void removeSession(long id, Turn turn) {
    TreeChanges changes = changes(turn.writes(), turn);
    changes.endSession(id);
    if (!changes.events().isEmpty()) {
      turn.addTreeChange(changes.events());
    }
    SessionTable.remove(turn.writes(), id);
    turn.add(new SessionEvent.Ended(id));
  }

  static Outcome reap(ReapNode reap, Turn turn) {
    TreeChanges changes = changes(turn.writes(), turn);
    changes.reap(reap.getPath());
    if (!changes.events().isEmpty()) {
      turn.addTreeChange(changes.events());
      turn.endCommand();
    }
    return new Outcome.Done(turn.revision());
  }

  private static TreeChanges changes(WriteSet writes, Turn turn) {
    return new TreeChanges(writes, turn.revision() + 1, turn.timeMs());
  }

  private static Outcome refused(Turn turn, int failedOp, TreeError error) {
    return new Outcome.TreeRefused(turn.revision(), failedOp, error);
  }
}
