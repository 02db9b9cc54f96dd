package io.metastore.core.node;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashRequest;
import io.metastore.core.node.HashComparison.MemberHash;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the hash of this member's keys with those of the other members, and reports members with
 * wrong data.
 *
 * <p>Blocks while the hashes are computed: not for threads that serve requests. For use by one
 * thread at a time.
 */
final class CorruptionCheck {
  private static final Logger LOG = LoggerFactory.getLogger(CorruptionCheck.class);

  /** The others have about as much data, but possibly slower or busier machines. */
  private static final int SLOWER_MAX = 4;

  private final long memberId;
  private final Supplier<RaftMembers> members;
  private final Function<HashRequest, CompletableFuture<HashReply>> ownHash;
  private final PeerChannels peers;
  private final long timeoutMs;
  private long lastCompacted;

  /**
   * @param members the current members, including this one
   * @param ownHash computes this member's hash
   * @param timeoutMs how long the network and the Raft log may delay an answer
   */
  CorruptionCheck(
      long memberId,
      Supplier<RaftMembers> members,
      Function<HashRequest, CompletableFuture<HashReply>> ownHash,
      PeerChannels peers,
      long timeoutMs) {
    this.memberId = memberId;
    this.members = members;
    this.ownHash = ownHash;
    this.peers = peers;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Before this member takes part in its cluster. Members that do not answer are not compared.
   *
   * @throws IOException if the data differs from that of another member
   */
  void atStart() throws IOException {
    LOG.atInfo().log("starting initial corruption check");
    Hashed own = hash(0);
    if (HashComparison.isUnreadable(own.reply())) {
      throw new IOException(Long.toHexString(memberId) + " cannot read its own data");
    }
    List<MemberHash> others = askOthers(own.reply().getHashedRevision(), own.durationMs());
    long different = 0;
    for (MemberHash other : others) {
      if (other.differs(own.reply())) {
        log("found different hash values from remote peer", own.reply(), other);
        different++;
      } else if (!other.isComparable(own.reply())) {
        log("cannot compare the hash of remote peer", own.reply(), other);
      }
    }
    if (different > 0) {
      throw new IOException(Long.toHexString(memberId) + " found data inconsistency with peers");
    }
    LOG.atInfo().log("initial corruption checking passed; no corruption");
  }

  /**
   * On the leader: compares at the newest revision.
   *
   * @param barrier waits until everything that any member has applied is applied here
   * @return the member to blame; null for none
   */
  @Nullable Long atNewest(Supplier<CompletableFuture<Void>> barrier) {
    Hashed first = hash(0);
    List<MemberHash> others = askOthers(first.reply().getHashedRevision(), first.durationMs());
    barrier.get().join();
    HashReply second = hash(0).reply();
    Long blamed = HashComparison.blamedAtNewest(memberId, first.reply(), second, others);
    if (blamed != null) {
      others.forEach(other -> log("found hash mismatch", first.reply(), other));
    }
    LOG.atInfo()
        .addKeyValue("number-of-peers-checked", count(others, first.reply()))
        .log("finished peer corruption check");
    return blamed;
  }

  /**
   * On the leader: compares at the compacted revision, unless that was done before.
   *
   * @param compacted the compacted revision of this member
   * @return the members to blame, or {@link HashComparison#WHOLE_CLUSTER}
   */
  Set<Long> atCompaction(long compacted) {
    if (compacted <= lastCompacted) {
      return Set.of();
    }
    Hashed own = hash(compacted);
    List<MemberHash> others = askOthers(compacted, own.durationMs());
    Set<Long> blamed = HashComparison.blamedAtCompaction(memberId, own.reply(), others);
    if (!blamed.isEmpty()) {
      others.forEach(other -> log("detected compaction hash mismatch", own.reply(), other));
    } else if (count(others, own.reply()) == others.size()) {
      lastCompacted = compacted;
    }
    LOG.atInfo().addKeyValue("revision", compacted).log("finished compaction hash check");
    return blamed;
  }

  private static long count(List<MemberHash> others, HashReply own) {
    return others.stream().filter(other -> other.isComparable(own)).count();
  }

  private record Hashed(HashReply reply, long durationMs) {}

  private Hashed hash(long revision) {
    long start = System.nanoTime();
    HashReply reply = ownHash.apply(request(revision)).join();
    return new Hashed(reply, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  /**
   * @param ownMs how long this member took
   */
  private List<MemberHash> askOthers(long revision, long ownMs) {
    HashRequest request = request(revision);
    long waitMs = timeoutMs + SLOWER_MAX * ownMs;
    List<CompletableFuture<MemberHash>> answers =
        members.get().all().stream()
            .filter(member -> member.id() != memberId)
            .map(member -> ask(member, request, waitMs))
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static HashRequest request(long revision) {
    return HashRequest.newBuilder().setRevision(revision).build();
  }

  private CompletableFuture<MemberHash> ask(RaftMember member, HashRequest request, long waitMs) {
    return peers
        .call(member.peerUrls(), PeerCall.HASH, request, waitMs)
        .handle(
            (reply, failure) -> {
              if (failure != null) {
                Throwable cause =
                    failure instanceof CompletionException ? failure.getCause() : failure;
                LOG.atWarn()
                    .addKeyValue("remote-peer-id", Long.toHexString(member.id()))
                    .addKeyValue("error", String.valueOf(cause))
                    .log("failed to get the hash of a member");
              }
              return new MemberHash(member.id(), reply);
            });
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
