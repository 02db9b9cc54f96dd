package io.metastore.core.machine;

import io.metastore.core.api.FailureCode;
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

/** Applies commands on the znode tree and its sessions. Called by the apply thread. */
final class TreeCommands {
  private TreeCommands() {}

  static Outcome openSession(OpenSession open, long index, ApplyContext context) {
    TreeChanges.createFirstNodes(context.writes());
    long id = open.getSession() == 0 ? allocateId(context) : open.getSession();
    if (LeaseTable.find(context.writes(), id) != null) {
      return refused(context, 0, TreeError.SESSION_MOVED);
    }
    Lease lease = new Lease(id, open.getTtl(), 0, index, Lease.Kind.SESSION, "");
    LeaseTable.put(context.writes(), lease);
    context.add(new LeaseEvent.Updated(lease));
    SessionRecord session =
        SessionRecord.newBuilder()
            .setTimeoutMs(open.getTimeoutMs())
            .setPassword(open.getPassword())
            .setAttachment(open.getAttachment())
            .build();
    return attach(id, session, context);
  }

  private static long allocateId(ApplyContext context) {
    long id = SessionTable.allocateId(context.writes(), context.timeMs());
    while (LeaseTable.find(context.writes(), id) != null) {
      id = SessionTable.allocateId(context.writes(), context.timeMs());
    }
    return id;
  }

  static Outcome attachSession(AttachSession attach, ApplyContext context) {
    SessionRecord session = SessionTable.find(context.writes(), attach.getSession());
    if (session == null || !session.getPassword().equals(attach.getPassword())) {
      return refused(context, 0, TreeError.SESSION_EXPIRED);
    }
    return attach(
        attach.getSession(),
        session.toBuilder().setAttachment(attach.getAttachment()).clearLastNumber().build(),
        context);
  }

  private static Outcome attach(long id, SessionRecord session, ApplyContext context) {
    SessionTable.put(context.writes(), id, session);
    context.add(new SessionEvent.Attached(id, session.getAttachment()));
    return new Outcome.SessionAttached(context.revision(), id, session.getTimeoutMs());
  }

  /**
   * Checks that a request came through the session's current connection and in order, and records
   * its number.
   *
   * @return why the request must not be applied, or null
   */
  private static @Nullable TreeError take(
      long id, long attachment, long number, ApplyContext context) {
    SessionRecord session = SessionTable.find(context.writes(), id);
    if (session == null) {
      return TreeError.SESSION_EXPIRED;
    }
    if (session.getAttachment() != attachment || session.getLastNumber() + 1 != number) {
      return TreeError.SESSION_MOVED;
    }
    SessionTable.put(context.writes(), id, session.toBuilder().setLastNumber(number).build());
    return null;
  }

  static Outcome change(TreeChange change, ApplyContext context) {
    TreeError error =
        take(change.getSession(), change.getAttachment(), change.getNumber(), context);
    if (error != null) {
      return refused(context, 0, error);
    }
    // A single operation writes only after all its checks, so it needs no nested set. Of several
    // operations, a later one may be refused after earlier ones have written.
    boolean single = change.getOpsCount() == 1;
    WriteSet writes = single ? context.writes() : context.writes().nested();
    TreeChanges changes = changes(writes, change.getEnforceQuotas(), context);
    List<NodeResult> results = new ArrayList<>(change.getOpsCount());
    for (NodeOp op : change.getOpsList()) {
      try {
        results.add(changes.apply(op, change.getIdentitiesList(), change.getSession()));
      } catch (TreeChanges.Refused e) {
        return refused(context, results.size(), e.error());
      }
    }
    if (!single) {
      context.writes().add(writes);
    }
    if (change.getOpsList().stream().anyMatch(op -> !op.hasCheck())) {
      context.addTreeChange(changes.events());
      context.endCommand();
    }
    return new Outcome.TreeChanged(context.revision(), results);
  }

  /** Refuses a change because of an alarm. Its number counts as used in its session. */
  static Outcome refuse(TreeChange change, FailureCode alarm, ApplyContext context) {
    TreeError error =
        take(change.getSession(), change.getAttachment(), change.getNumber(), context);
    if (error == null) {
      error = alarm == FailureCode.NO_SPACE ? TreeError.NO_SPACE : TreeError.CORRUPT;
    }
    return refused(context, 0, error);
  }

  /**
   * Checks a client's request to end its session; returns the refusal, or null if the session is to
   * be ended.
   */
  static @Nullable Outcome takeEnd(EndSession end, ApplyContext context) {
    TreeError error = take(end.getSession(), end.getAttachment(), end.getNumber(), context);
    return error == null ? null : refused(context, 0, error);
  }

  /**
   * Removes a session whose lease ends, with its ephemeral nodes. The caller completes the command.
   */
  static void removeSession(long id, ApplyContext context) {
    TreeChanges changes = changes(context.writes(), false, context);
    changes.endSession(id);
    if (!changes.events().isEmpty()) {
      context.addTreeChange(changes.events());
    }
    SessionTable.remove(context.writes(), id);
    context.add(new SessionEvent.Ended(id));
  }

  static Outcome reap(ReapNode reap, ApplyContext context) {
    TreeChanges changes = changes(context.writes(), false, context);
    changes.reap(reap.getPath());
    if (!changes.events().isEmpty()) {
      context.addTreeChange(changes.events());
      context.endCommand();
    }
    return new Outcome.Done(context.revision());
  }

  private static TreeChanges changes(
      WriteSet writes, boolean enforcesQuotas, ApplyContext context) {
    // As in ZooKeeper, quotas are checked against the state before the request: a multi can exceed
    // a limit if each of its operations alone would not.
    return new TreeChanges(
        context.writes(), writes, context.revision() + 1, context.timeMs(), enforcesQuotas);
  }

  private static Outcome refused(ApplyContext context, int failedOp, TreeError error) {
    return new Outcome.TreeRefused(context.revision(), failedOp, error);
  }
}
