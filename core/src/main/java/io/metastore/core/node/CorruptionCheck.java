package io.metastore.core.node;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.node.HashComparison.MemberHash;
import io.metastore.core.node.MemberHashes.Hashes;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the hashes of this member with those of the other members, and reports members with
 * wrong data.
 *
 * <p>Blocks while the hashes are computed: not for threads that serve requests. For use by one
 * thread at a time.
 */
final class CorruptionCheck {
  private static final Logger LOG = LoggerFactory.getLogger(CorruptionCheck.class);

  private final MemberHashes hashes;
  private final long memberId;
  private long lastCompacted;

  CorruptionCheck(MemberHashes hashes) {
    this.hashes = hashes;
    this.memberId = hashes.memberId();
  }

  /**
   * Compares keys before this member takes part in its cluster. Members that do not answer are not
   * compared.
   *
   * @throws IOException if the keys differ from those of another member
   */
  void atStart() throws IOException {
    LOG.atInfo().log("starting initial corruption check");
    Hashes found = hashes.ofKeys(0).join();
    if (HashComparison.isUnreadable(found.own())) {
      throw unreadable();
    }
    long different = 0;
    for (MemberHash other : found.others()) {
      if (other.differs(found.own())) {
        log("found different hash values from remote peer", found.own(), other);
        different++;
      } else if (!other.isComparable(found.own())) {
        log("cannot compare the hash of remote peer", found.own(), other);
      }
    }
    if (different > 0) {
      throw inconsistent();
    }
    LOG.atInfo().log("initial corruption checking passed; no corruption");
  }

  /**
   * Compares everything but keys before this member serves clients. It takes part in its cluster
   * already, because only then there is a state that all members have at the same position.
   *
   * @param point makes a hash point, and completes with its log index
   * @throws IOException if the data differs from that of the other members
   * @throws RuntimeException if nothing could be compared, for example because there is no leader
   */
  void beforeServing(Supplier<CompletableFuture<Long>> point) throws IOException {
    Hashes found = point.get().thenCompose(hashes::ofAllElse).join();
    if (HashComparison.isUnreadable(found.own())) {
      throw unreadable();
    }
    if (found.own().getRefusal() != Refusal.NONE) {
      throw new IllegalStateException("too many hash points at once");
    }
    Set<Long> blamed = blamed(found, "found different hash values from remote peer");
    if (blamed.contains(memberId) || blamed.contains(HashComparison.WHOLE_CLUSTER)) {
      throw inconsistent();
    }
  }

  private IOException unreadable() {
    return new IOException(Long.toHexString(memberId) + " cannot read its own data");
  }

  private IOException inconsistent() {
    return new IOException(Long.toHexString(memberId) + " found data inconsistency with peers");
  }

  /**
   * On the leader: compares keys at the newest revision.
   *
   * @param barrier waits until everything that any member has applied is applied here
   * @return the member to blame; null for none
   */
  @Nullable Long atNewest(Supplier<CompletableFuture<Void>> barrier) {
    Hashes first = hashes.ofKeys(0).join();
    barrier.get().join();
    HashReply second = hashes.ownOfKeys(0).join();
    Long blamed = HashComparison.blamedAtNewest(memberId, first.own(), second, first.others());
    if (blamed != null) {
      first.others().forEach(other -> log("found hash mismatch", first.own(), other));
    }
    LOG.atInfo()
        .addKeyValue("number-of-peers-checked", count(first))
        .log("finished peer corruption check");
    return blamed;
  }

  /**
   * On the leader: compares everything but keys.
   *
   * @param point makes a hash point, and completes with its log index
   * @return the members to blame, or {@link HashComparison#WHOLE_CLUSTER}
   */
  Set<Long> atPoint(Supplier<CompletableFuture<Long>> point) {
    Hashes found = point.get().thenCompose(hashes::ofAllElse).join();
    Set<Long> blamed = blamed(found, "found hash mismatch outside the keys");
    LOG.atInfo()
        .addKeyValue("number-of-peers-checked", count(found))
        .log("finished corruption check of everything but keys");
    return blamed;
  }

  /** Whether a revision was compacted that not all members have compared yet. */
  boolean isNewCompaction(long compacted) {
    return compacted > lastCompacted;
  }

  /**
   * On the leader: compares keys at the compacted revision.
   *
   * @param compacted the compacted revision of this member
   * @return the members to blame, or {@link HashComparison#WHOLE_CLUSTER}
   */
  Set<Long> atCompaction(long compacted) {
    Hashes found = hashes.ofKeys(compacted).join();
    Set<Long> blamed = blamed(found, "detected compaction hash mismatch");
    if (blamed.isEmpty() && count(found) == found.others().size()) {
      lastCompacted = compacted;
    }
    LOG.atInfo().addKeyValue("revision", compacted).log("finished compaction hash check");
    return blamed;
  }

  private Set<Long> blamed(Hashes found, String message) {
    boolean comparable =
        found.own().getRefusal() == Refusal.NONE || HashComparison.isUnreadable(found.own());
    Set<Long> blamed =
        comparable
            ? HashComparison.blamedByMajority(memberId, found.own(), found.others())
            : Set.of();
    if (!blamed.isEmpty()) {
      found.others().forEach(other -> log(message, found.own(), other));
    }
    return blamed;
  }

  private static long count(Hashes found) {
    return found.others().stream().filter(other -> other.isComparable(found.own())).count();
  }

  private void log(String message, HashReply own, MemberHash other) {
    HashReply reply = other.reply();
    if (reply == null) {
      return; // already logged
    }
    LOG.atWarn()
        .addKeyValue("local-member-id", Long.toHexString(memberId))
        .addKeyValue("local-member-revision", own.getHashedRevision())
        .addKeyValue("local-member-compact-revision", own.getCompacted())
        .addKeyValue("local-member-hash", Integer.toUnsignedLong(own.getHash()))
        .addKeyValue("remote-peer-id", Long.toHexString(other.memberId()))
        .addKeyValue("remote-peer-revision", reply.getRevision())
        .addKeyValue("remote-peer-compact-revision", reply.getCompacted())
        .addKeyValue("remote-peer-hash", Integer.toUnsignedLong(reply.getHash()))
        .addKeyValue("remote-peer-refusal", reply.getRefusal())
        .log(message);
  }
}
