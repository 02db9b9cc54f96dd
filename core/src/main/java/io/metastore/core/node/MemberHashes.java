package io.metastore.core.node;

import io.metastore.core.api.UnversionedHashes;
import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.command.HashRequest;
import io.metastore.core.node.HashComparison.MemberHash;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hashes this member's data, and asks the other members for the same hash. Thread-safe. */
final class MemberHashes {
  private static final Logger LOG = LoggerFactory.getLogger(MemberHashes.class);

  /** The others have about as much data, but possibly slower or busier machines. */
  private static final int SLOWER_MAX = 4;

  private final long memberId;
  private final Supplier<RaftMembers> members;
  private final Function<HashRequest, CompletableFuture<HashReply>> ownHash;
  private final PeerChannels peers;
  private final long timeoutMs;

  /**
   * @param members the current members, including this one
   * @param ownHash computes this member's hash
   * @param timeoutMs how long the network and the Raft log may delay an answer
   */
  MemberHashes(
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

  /** The hashes of all members; those of others may be missing. */
  record Hashes(long memberId, HashReply own, List<MemberHash> others) {

    /** Of a hash point. */
    UnversionedHashes atPoint(long point) {
      TreeMap<Long, Integer> hashes = new TreeMap<>();
      TreeMap<Long, String> missing = new TreeMap<>();
      List<MemberHash> all = new ArrayList<>(others);
      all.add(new MemberHash(memberId, own));
      for (MemberHash member : all) {
        HashReply reply = member.reply();
        if (reply != null && reply.getRefusal() == Refusal.NONE) {
          hashes.put(member.memberId(), reply.getHash());
        } else {
          missing.put(member.memberId(), reply == null ? "NO_ANSWER" : reply.getRefusal().name());
        }
      }
      return new UnversionedHashes(point, hashes, missing);
    }
  }

  long memberId() {
    return memberId;
  }

  /** The hashes of all keys at a revision; 0 for this member's newest. */
  CompletableFuture<Hashes> ofKeys(long revision) {
    long startNanos = System.nanoTime();
    return ownOfKeys(revision)
        .thenCompose(
            own -> {
              long hashed = revision == 0 ? own.getHashedRevision() : revision;
              return withOthers(own, ofRevision(hashed), startNanos);
            });
  }

  CompletableFuture<HashReply> ownOfKeys(long revision) {
    return ownHash.apply(ofRevision(revision));
  }

  private static HashRequest ofRevision(long revision) {
    return HashRequest.newBuilder().setRevision(revision).build();
  }

  /**
   * The hashes of everything but keys.
   *
   * @param point log index of a hash point that this member has applied
   */
  CompletableFuture<Hashes> ofAllElse(long point) {
    long startNanos = System.nanoTime();
    HashRequest request = HashRequest.newBuilder().setPoint(point).build();
    return ownHash.apply(request).thenCompose(own -> withOthers(own, request, startNanos));
  }

  private CompletableFuture<Hashes> withOthers(
      HashReply own, HashRequest request, long startNanos) {
    long ownMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    List<CompletableFuture<MemberHash>> asked =
        members.get().all().stream()
            .filter(member -> member.id() != memberId)
            .map(member -> ask(member, request, timeoutMs + SLOWER_MAX * ownMs))
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                new Hashes(memberId, own, asked.stream().map(CompletableFuture::join).toList()));
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
}
