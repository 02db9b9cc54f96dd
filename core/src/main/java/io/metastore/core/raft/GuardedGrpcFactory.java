package io.metastore.core.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.ChannelFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis' gRPC transport with two changes. The leader sends its log through {@link
 * GuardedLogAppender}s. And the connections are our own: Ratis has no settings for TLS versions and
 * cipher suites, requires OpenSSL, and never notices that a member has moved.
 */
final class GuardedGrpcFactory extends GrpcFactory {
  private static final String DIALER = "metastore.peer-dialer";

  private final LogAppenders appenders;
  private final Parameters parameters;

  GuardedGrpcFactory(Parameters parameters) {
    super(parameters);
    this.appenders = LogAppenders.of(parameters);
    this.parameters = parameters;
  }

  static void putInto(Parameters parameters, PeerDialer dialer) {
    parameters.put(DIALER, dialer, PeerDialer.class);
  }

  /** Creates the server; its connections are secured by {@link PeerNegotiator}. */
  @Override
  public GrpcServices newRaftServerRpc(RaftServer server) {
    PeerDialer dialer = parameters.get(DIALER, PeerDialer.class);
    return GrpcServicesImpl.newBuilder()
        .setServer(server)
        .setCustomizer(GrpcConfigKeys.Server.servicesCustomizer(parameters))
        .setServerSslContextForClient(new ChannelFactory(dialer::channel))
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
