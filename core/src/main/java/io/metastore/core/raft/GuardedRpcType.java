package io.metastore.core.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;

/**
 * Ratis over gRPC with our transport. Public, with a public constructor, because Ratis instantiates
 * it by the class name in the property {@code raft.rpc.type}.
 */
public final class GuardedRpcType implements RpcType {

  @Override
  public String name() {
    return GuardedRpcType.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new GuardedGrpcFactory(parameters);
  }
}
