package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The members of the Raft group at one point of its log.
 *
 * @param voters members that may vote and be elected
 * @param learners members that receive the log but do not vote
 * @param previousVoters during a change of voters, the voters before it: decisions then need a
 *     majority of both; otherwise empty
 */
public record RaftMembers(
    List<RaftMember> voters, List<RaftMember> learners, List<RaftMember> previousVoters) {

  /** Not known yet; the leader will send the members. */
  public static final RaftMembers UNKNOWN = new RaftMembers(List.of(), List.of(), List.of());

  public RaftMembers {
    voters = List.copyOf(voters);
    learners = List.copyOf(learners);
    previousVoters = List.copyOf(previousVoters);
  }

  /** The members of a group without learners, not during a change. */
  public static RaftMembers of(List<RaftMember> voters) {
    return new RaftMembers(voters, List.of(), List.of());
  }

  static RaftMembers of(RaftConfiguration configuration) {
    return new RaftMembers(
        ofPeers(configuration.getCurrentPeers()),
        ofPeers(configuration.getCurrentPeers(RaftPeerRole.LISTENER)),
        ofPeers(configuration.getPreviousPeers()));
  }

  static RaftMembers of(RaftConfigurationProto configuration) {
    return new RaftMembers(
        ofProtos(configuration.getPeersList()),
        ofProtos(configuration.getListenersList()),
        ofProtos(configuration.getOldPeersList()));
  }

  private static List<RaftMember> ofPeers(Collection<RaftPeer> peers) {
    return peers.stream()
        .map(peer -> new RaftMember(memberId(peer.getId()), peer.getAddress()))
        .toList();
  }

  private static List<RaftMember> ofProtos(List<RaftPeerProto> peers) {
    return peers.stream()
        .map(peer -> new RaftMember(memberId(RaftPeerId.valueOf(peer.getId())), peer.getAddress()))
        .toList();
  }

  static RaftPeerId peerId(long memberId) {
    return RaftPeerId.valueOf(Long.toHexString(memberId));
  }

  /** The member ID of a Ratis peer; 0 for null. */
  static long memberId(@Nullable RaftPeerId peerId) {
    return peerId == null ? 0 : Long.parseUnsignedLong(peerId.toString(), 16);
  }

  List<RaftPeer> peers() {
    return toPeers(voters, RaftPeerRole.FOLLOWER);
  }

  List<RaftPeer> listeners() {
    return toPeers(learners, RaftPeerRole.LISTENER);
  }

  private static List<RaftPeer> toPeers(List<RaftMember> members, RaftPeerRole role) {
    return members.stream()
        .map(
            member ->
                RaftPeer.newBuilder()
                    .setId(peerId(member.id()))
                    .setAddress(member.peerUrls())
                    .setStartupRole(role)
                    .build())
        .toList();
  }

  /** All members without duplicates: voters, previous voters and learners. */
  public List<RaftMember> all() {
    Map<Long, RaftMember> all = new HashMap<>();
    for (List<RaftMember> some : List.of(voters, learners, previousVoters)) {
      some.forEach(member -> all.put(member.id(), member));
    }
    return List.copyOf(all.values());
  }

  /** The member with this ID; null if there is none. */
  public @Nullable RaftMember find(long id) {
    for (List<RaftMember> some : List.of(voters, learners, previousVoters)) {
      for (RaftMember member : some) {
        if (member.id() == id) {
          return member;
        }
      }
    }
    return null;
  }

  /** Whether the group has one voter only, who needs no other member's vote. */
  public boolean isAlone() {
    return voters.size() == 1 && previousVoters.isEmpty();
  }

  public boolean isLearner(long id) {
    return learners.stream().anyMatch(member -> member.id() == id);
  }

  /**
   * Whether these members can decide: they are a majority of the voters, and of the previous voters
   * if there are any.
   */
  public boolean isMajority(Collection<Long> ids) {
    return isMajority(voters, ids) && (previousVoters.isEmpty() || isMajority(previousVoters, ids));
  }

  /** The same members without the one with this ID. */
  public RaftMembers without(long id) {
    return new RaftMembers(dropped(voters, id), dropped(learners, id), previousVoters);
  }

  /** The same members with one more. */
  public RaftMembers with(RaftMember member, boolean learner) {
    return learner
        ? new RaftMembers(voters, added(learners, member), previousVoters)
        : new RaftMembers(added(voters, member), learners, previousVoters);
  }

  /** The same members, with a learner as a voter. */
  public RaftMembers promoted(long learnerId) {
    RaftMember learner = requireNonNull(find(learnerId), "learner");
    return without(learnerId).with(learner, /* learner= */ false);
  }

  private static boolean isMajority(List<RaftMember> of, Collection<Long> ids) {
    return 2 * of.stream().filter(member -> ids.contains(member.id())).count() > of.size();
  }

  private static List<RaftMember> dropped(List<RaftMember> members, long id) {
    return members.stream().filter(member -> member.id() != id).toList();
  }

  private static List<RaftMember> added(List<RaftMember> members, RaftMember member) {
    List<RaftMember> all = new ArrayList<>(members);
    all.add(member);
    return all;
  }
}
