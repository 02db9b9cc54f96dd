package io.metastore.core.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' gRPC transport with two changes. The leader sends its log through {@link
 * GuardedLogAppender}s. And TLS is our own, because Ratis has no settings for TLS versions and
 * cipher suites and requires OpenSSL.
 */
final class GuardedGrpcFactory extends GrpcFactory {
  private static final String PEER_TLS = "metastore.peer-tls";

  private final LogAppenders appenders;
  private final Parameters parameters;

  GuardedGrpcFactory(Parameters parameters) {
    super(parameters);
    this.appenders = LogAppenders.of(parameters);
    this.parameters = parameters;
  }

  static void putInto(Parameters parameters, @Nullable PeerTls tls) {
    if (tls != null) {
      parameters.put(PEER_TLS, tls, PeerTls.class);
    }
  }

  /** Creates the server; its connections are secured by {@link PeerNegotiator}. */
  @Override
  public GrpcServices newRaftServerRpc(RaftServer server) {
    PeerTls tls = parameters.get(PEER_TLS, PeerTls.class);
    return GrpcServicesImpl.newBuilder()
        .setServer(server)
        .setCustomizer(GrpcConfigKeys.Server.servicesCustomizer(parameters))
        .setServerSslContextForClient(tls == null ? null : tls.client())
        .build();
  }

  @Override
  public LogAppender newLogAppender(
      RaftServer.Division server, LeaderState state, FollowerInfo follower) {
    GuardedLogAppender appender = new GuardedLogAppender(server, state, follower);
    appenders.add(appender);
    return appender;
  }
}
