package io.metastore.cli.console;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannelBuilder;

/** Creates the connections of a command. */
public interface Transport {
  /** gRPC's default transport. */
  Transport DEFAULT = Grpc::newChannelBuilder;

  /**
   * The builder of a connection to one endpoint.
   *
   * @param target the endpoint as gRPC names it, such as {@code dns:///127.0.0.1:2379}
   */
  ManagedChannelBuilder<?> channelBuilder(String target, ChannelCredentials credentials);

  /**
   * Starts to load in the background what connections need. Called before the command line is
   * parsed, if its command connects.
   */
  default void prepare() {}
}
