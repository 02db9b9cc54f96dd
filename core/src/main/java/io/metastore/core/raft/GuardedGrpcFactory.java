package io.metastore.core.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/** Ratis' gRPC transport, except that a leader sends its log by {@link GuardedLogAppender}s. */
final class GuardedGrpcFactory extends GrpcFactory {

  private final LogAppenders appenders;

  GuardedGrpcFactory(Parameters parameters) {
    super(parameters);
    this.appenders = LogAppenders.of(parameters);
  }

  @Override
  public LogAppender newLogAppender(
      RaftServer.Division server, LeaderState state, FollowerInfo follower) {
    GuardedLogAppender appender = new GuardedLogAppender(server, state, follower);
    appenders.add(appender);
    return appender;
  }
}
