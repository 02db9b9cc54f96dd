package io.metastore.server;

import io.metastore.adapter.etcd.port.ClientPort;
import io.metastore.adapter.etcd.port.GrpcCounters;
import io.metastore.adapter.etcd.port.HealthEndpoint;
import io.metastore.adapter.etcd.port.HttpSite;
import io.metastore.adapter.etcd.port.VersionEndpoint;
import io.metastore.adapter.metastore.MetastoreSettings;
import io.metastore.adapter.metastore.WaitingServices;
import io.metastore.core.api.ClusterView;
import io.metastore.core.node.Invitation;
import io.metastore.core.node.WaitingNode;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.Place;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.StoredCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member without a cluster. On its client port, only {@code Cluster.Status} and {@code
 * Cluster.Bootstrap} of the native API work.
 *
 * <p>The port stays open until the cluster has a leader, so that the client that called {@code
 * Bootstrap} gets its answer.
 */
final class WaitingMember implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingMember.class);

  private final WaitingNode waiting;
  private final ClientPort port;

  private WaitingMember(WaitingNode waiting, ClientPort port) {
    this.waiting = waiting;
    this.port = port;
  }

  /**
   * Opens the peer port and the client port.
   *
   * @throws IOException if an address or the data directory cannot be used
   */
  static WaitingMember start(ServerConfig config, Stopper stopper) throws IOException {
    DataDirectory.prepare(config.dataDirectory());
    WaitingNode waiting =
        WaitingNode.open(
            config.name(),
            ListenUrls.peers(config),
            MemberTls.peers(config),
            invitation -> persist(config, invitation));
    WaitingServices services =
        new WaitingServices(
            waiting, config.name(), new MetastoreSettings(Version.text(), stopper::leave));
    try {
      ClientPort port =
          ClientPort.startRefusing(
              Member.portSettings(config, MemberTls.clients(config)),
              services.services(),
              services.refusal(),
              new GrpcCounters(),
              HttpSite.open(
                  Map.of(
                      "/health",
                      HealthEndpoint.withoutCluster(),
                      "/version",
                      new VersionEndpoint(config.compatVersion()))));
      LOG.atInfo()
          .addKeyValue("name", config.name())
          .addKeyValue("listen-peer-urls", config.listenPeerUrls())
          .addKeyValue("listen-client-urls", config.listenClientUrls())
          .log("waiting for a cluster: call Bootstrap here, or Join on a running cluster");
      return new WaitingMember(waiting, port);
    } catch (IOException e) {
      waiting.close();
      throw e;
    }
  }

  /** Waits until this member is given a cluster. The peer addresses are free when this returns. */
  Place awaitCluster() {
    Invitation invitation = waiting.invited().join();
    waiting.close();
    return placeOf(invitation);
  }

  /**
   * Called when the cluster has a leader: answers the pending {@code Bootstrap} call and releases
   * the client addresses.
   */
  void formed(ClusterView cluster) {
    waiting.formed(cluster);
    port.close();
  }

  @Override
  public void close() {
    port.close();
    waiting.close();
  }

  private static void persist(ServerConfig config, Invitation invitation) {
    try {
      StoredCluster.write(config.dataDirectory(), placeOf(invitation));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + config.dataDirectory(), e);
    }
  }

  private static Place placeOf(Invitation invitation) {
    return Place.in(InitialCluster.of(invitation), invitation.memberId());
  }
}
