package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.MemberIds;
import io.metastore.core.node.Invitation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members with which a cluster starts. If flags list them, the IDs are derived from the flags,
 * so that every member computes the same ones.
 *
 * @param members ordered by name
 */
public record InitialCluster(long id, List<Member> members, State state) {

  /** What is known about the cluster when this member starts. */
  public enum State {
    /** The cluster starts now, together with its members. */
    NEW,
    /** The cluster is already running; if this member has no data, it must reach the cluster. */
    EXISTING,
    /** The cluster started with this member and others, according to the data directory. */
    STORED,
    /** The cluster was running when this member was added to it. */
    INVITED
  }

  /**
   * A member of the cluster.
   *
   * @param peerUrls sorted
   */
  public record Member(long id, String name, List<EtcdUrl> peerUrls) {
    public Member {
      requireNonNull(name, "name");
      peerUrls = List.copyOf(peerUrls);
    }
  }

  public InitialCluster {
    members = List.copyOf(members);
    requireNonNull(state, "state");
  }

  /**
   * @param text {@code name=url,name=url,…}; a name may occur several times with different URLs
   * @param token distinguishes clusters with the same URLs
   * @throws IllegalArgumentException with etcd's message, if the text is invalid
   */
  static InitialCluster parse(String text, String token, State state) {
    Map<String, List<EtcdUrl>> urls = new TreeMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      EtcdUrl url = EtcdUrl.parse(equals < 0 ? "" : pair.substring(equals + 1).strip());
      urls.computeIfAbsent(name.strip(), key -> new ArrayList<>()).add(url);
    }
    List<Member> members = new ArrayList<>();
    urls.forEach(
        (name, of) -> {
          of.sort(Comparator.comparing(EtcdUrl::text));
          members.add(new Member(memberId(of, token), name, of));
        });
    return new InitialCluster(clusterId(members), members, state);
  }

  /**
   * The cluster of members that discovered each other; with the same IDs as if flags had listed
   * them.
   *
   * @param urls peer URL by name
   */
  public static InitialCluster of(SortedMap<String, String> urls, String token) {
    List<Member> members = new ArrayList<>();
    urls.forEach(
        (name, url) -> {
          List<EtcdUrl> of = List.of(EtcdUrl.parse(url));
          members.add(new Member(memberId(of, token), name, of));
        });
    return new InitialCluster(clusterId(members), members, State.NEW);
  }

  /** The cluster that a member was invited to. */
  public static InitialCluster of(Invitation invitation) {
    List<Member> members = new ArrayList<>();
    invitation
        .members()
        .forEach(
            (id, member) ->
                members.add(new Member(id, member.name(), EtcdUrl.parseList(member.peerUrl()))));
    members.sort(Comparator.comparing(Member::name));
    return new InitialCluster(
        invitation.clusterId(), members, invitation.clusterRuns() ? State.INVITED : State.STORED);
  }

  /** The text that {@link #parse} accepts. */
  public String text() {
    return members.stream()
        .flatMap(member -> member.peerUrls().stream().map(url -> member.name() + "=" + url))
        .collect(Collectors.joining(","));
  }

  public @Nullable Member find(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findAny().orElse(null);
  }

  public @Nullable Member find(long memberId) {
    return members.stream().filter(member -> member.id() == memberId).findAny().orElse(null);
  }

  private static long clusterId(List<Member> members) {
    return MemberIds.cluster(members.stream().map(Member::id).toList());
  }

  private static long memberId(List<EtcdUrl> sortedUrls, String token) {
    return MemberIds.member(sortedUrls.stream().map(EtcdUrl::text).toList(), token);
  }
}
