package io.metastore.bench.lock;

import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerKind;
import java.util.List;

/**
 * A lock service with the clients that are commonly used with it.
 *
 * @param name the name in reports
 * @param kind its servers
 * @param opener creates its clients
 */
public record LockService(String name, ServerKind kind, Opener opener) {

  /** Metastore's native service, through gRPC stubs. */
  public static LockService ofMetastore(String name, ServerKind metastore) {
    return new LockService(name, metastore, NativeLocks::new);
  }

  /** Metastore's native service, through its Java library. */
  public static LockService ofLibrary(String name, ServerKind metastore) {
    return new LockService(name, metastore, LibraryLocks::new);
  }

  /** etcd's service, through gRPC stubs. */
  public static LockService ofEtcd(String name, ServerKind etcd) {
    return new LockService(name, etcd, EtcdLocks::new);
  }

  /** ZooKeeper, through Curator. */
  public static LockService ofCurator(String name, ServerKind zooKeeper) {
    return new LockService(name, zooKeeper, CuratorLocks::new);
  }

  LockClients connect(List<Endpoint> endpoints, int connections) throws InterruptedException {
    return opener.open(endpoints, connections);
  }

  /** Creates the clients of a cluster. */
  interface Opener {
    LockClients open(List<Endpoint> endpoints, int connections) throws InterruptedException;
  }
}
