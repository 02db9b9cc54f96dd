package io.metastore.server;

import io.metastore.core.api.MemberIds;
import io.metastore.core.node.RunningCluster;
import io.metastore.core.raft.PeerTls;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.InitialPlace;
import io.metastore.server.config.Place;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the place of a member that starts for the first time with a {@code zoo.cfg}. As in
 * ZooKeeper, a server may join a running ensemble that does not know it: it adds itself as a
 * learner. Observers always join in this way.
 */
final class Ensemble {
  private static final Logger LOG = LoggerFactory.getLogger(Ensemble.class);
  private static final long RETRY_MS = 500;

  private Ensemble() {}

  /**
   * Waits until the member has a place.
   *
   * @param listed the voters that {@code zoo.cfg} lists, and this member
   * @param observes whether this member is an observer
   * @param tls certificates of this member; null for none
   * @return {@code listed} if the ensemble does not run yet
   */
  static Place find(Place listed, boolean observes, @Nullable PeerTls tls)
      throws InterruptedException {
    List<String> others =
        listed.cluster().members().stream()
            .filter(member -> member.id() != listed.self().id())
            .map(member -> EtcdUrl.join(member.peerUrls()))
            .toList();
    String waitsFor = "";
    while (true) {
      RunningCluster running = RunningCluster.find(others, tls);
      if (running == null && !observes) {
        return listed;
      }
      Place place = running == null ? null : findPlace(running, listed.self());
      if (place != null) {
        return place;
      }
      String why = running == null ? "no voter answers" : announce(running, listed.self(), tls);
      if (why == null) {
        continue;
      }
      if (!why.equals(waitsFor)) {
        waitsFor = why;
        LOG.atWarn().addKeyValue("reason", why).log("not added to the ensemble yet");
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private static @Nullable String announce(
      RunningCluster running, InitialCluster.Member self, @Nullable PeerTls tls) {
    List<String> urls = self.peerUrls().stream().map(EtcdUrl::text).toList();
    // As for a member that etcd's API adds: a removed member's ID must not be used again.
    long id = MemberIds.member(urls, Long.toString(Instant.now().getEpochSecond()));
    return running.announceLearner(id, urls, tls);
  }

  /** The member with this member's URLs in the running cluster; null if there is none. */
  private static @Nullable Place findPlace(RunningCluster running, InitialCluster.Member self) {
    for (RunningCluster.Member member : running.members()) {
      List<EtcdUrl> urls = member.peerUrls().stream().map(EtcdUrl::parse).toList();
      if (InitialPlace.areSame(self.peerUrls(), urls)) {
        InitialCluster.State state =
            member.pending() ? InitialCluster.State.INVITED : InitialCluster.State.EXISTING;
        List<InitialCluster.Member> members =
            running.members().stream()
                .map(
                    other ->
                        new InitialCluster.Member(
                            other.id(), other.name(), EtcdUrl.parseList(other.address())))
                .toList();
        return Place.in(new InitialCluster(running.id(), members, state), member.id());
      }
    }
    return null;
  }
}
