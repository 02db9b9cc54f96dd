package io.metastore.server;

import io.metastore.core.node.RunningCluster;
import io.metastore.core.raft.PeerTls;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.InitialPlace;
import io.metastore.server.config.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the place of a member without data in a cluster that is already running ({@code
 * --initial-cluster-state existing}): the IDs are those of the running members, whose peer URLs
 * must be the ones that the flags list. Source: etcd's {@code ValidateClusterAndAssignIDs}.
 */
final class ExistingCluster {
  private ExistingCluster() {}

  /**
   * Asks the other members.
   *
   * @param listed the cluster according to the flags
   * @param tls certificates of this member; null for none
   * @throws ConfigError with etcd's message, if no member answers or the members are not those that
   *     the flags list
   */
  static Place find(Place listed, @Nullable PeerTls tls) throws ConfigError {
    List<String> others =
        listed.cluster().members().stream()
            .filter(member -> member.id() != listed.self().id())
            .map(member -> EtcdUrl.join(member.peerUrls()))
            .toList();
    RunningCluster running = RunningCluster.find(others, tls);
    if (running == null) {
      throw ConfigError.discovery(
          "cannot fetch cluster info from peer urls: could not retrieve cluster information from"
              + " the given URLs");
    }
    List<InitialCluster.Member> listedMembers = listed.cluster().members();
    if (running.members().size() != listedMembers.size()) {
      throw differs(running, "member count is unequal");
    }
    List<InitialCluster.Member> members = new ArrayList<>();
    long selfId = 0;
    boolean pending = false;
    for (RunningCluster.Member member : running.members()) {
      InitialCluster.Member same = find(listedMembers, member);
      if (same == null) {
        throw differs(
            running,
            "PeerURLs: no match found for existing member (%s, %s), last resolver error (<nil>)"
                .formatted(Long.toHexString(member.id()), goList(member.peerUrls())));
      }
      members.add(
          new InitialCluster.Member(member.id(), same.name(), EtcdUrl.parseList(member.address())));
      if (same.id() == listed.self().id()) {
        selfId = member.id();
        pending = member.pending();
      }
    }
    // A member that Raft has already is one of those that the cluster started with.
    InitialCluster.State state =
        pending ? InitialCluster.State.INVITED : InitialCluster.State.EXISTING;
    return Place.in(new InitialCluster(running.id(), members, state), selfId);
  }

  private static InitialCluster.@Nullable Member find(
      List<InitialCluster.Member> listed, RunningCluster.Member member) {
    List<EtcdUrl> urls = member.peerUrls().stream().map(EtcdUrl::parse).toList();
    return listed.stream()
        .filter(candidate -> InitialPlace.areSame(candidate.peerUrls(), urls))
        .findAny()
        .orElse(null);
  }

  private static ConfigError differs(RunningCluster running, String how) {
    String members =
        running.members().stream().map(ExistingCluster::goText).collect(Collectors.joining(" "));
    List<String> removed = running.removed().stream().map(Long::toHexString).toList();
    return ConfigError.discovery(
        "error validating peerURLs {ClusterID:%s Members:[%s] RemovedMemberIDs:%s}: %s"
            .formatted(Long.toHexString(running.id()), members, goList(removed), how));
  }

  /** A member as etcd prints it. */
  private static String goText(RunningCluster.Member member) {
    return "&{ID:%s RaftAttributes:{PeerURLs:%s IsLearner:%s} Attributes:{Name:%s ClientURLs:%s}}"
        .formatted(
            Long.toHexString(member.id()),
            goList(member.peerUrls()),
            member.learner(),
            member.name(),
            goList(member.clientUrls()));
  }

  private static String goList(List<String> texts) {
    return "[" + String.join(" ", texts) + "]";
  }
}
