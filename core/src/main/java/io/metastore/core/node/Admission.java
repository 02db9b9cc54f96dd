package io.metastore.core.node;

import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.raft.RaftMember;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a member that was announced part of Raft: when it runs, it asks all other members, of which
 * the leader admits it, until it finds itself in Raft's configuration. A member that has not
 * answered yet is not asked again; the others are, because one of them may be the leader now.
 *
 * <p>Used by one thread; answers may arrive on any thread.
 */
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final List<RaftMember> others;
  private final BooleanSupplier admitted;
  private final Function<RaftMember, CompletableFuture<ChangeMembersReply>> ask;
  private final Set<RaftMember> asked = ConcurrentHashMap.newKeySet();
  private volatile String lastRefusal = "";

  /**
   * @param others the other members
   * @param admitted whether this member is in Raft's configuration
   * @param ask asks another member to admit this one
   */
  Admission(
      List<RaftMember> others,
      BooleanSupplier admitted,
      Function<RaftMember, CompletableFuture<ChangeMembersReply>> ask) {
    this.others = List.copyOf(others);
    this.admitted = admitted;
    this.ask = ask;
  }

  /** Called regularly. */
  void look() {
    if (admitted.getAsBoolean()) {
      return;
    }
    for (RaftMember member : others) {
      if (asked.add(member)) {
        ask.apply(member)
            .whenComplete(
                (reply, failure) -> {
                  asked.remove(member);
                  if (failure == null && reply.getStatus() == ChangeMembersReply.Status.REFUSED) {
                    report(reply.getWhy());
                  }
                });
      }
    }
  }

  private void report(String refusal) {
    if (!refusal.equals(lastRefusal)) {
      lastRefusal = refusal;
      LOG.atWarn().addKeyValue("reason", refusal).log("not admitted to the cluster yet");
    }
  }
}
