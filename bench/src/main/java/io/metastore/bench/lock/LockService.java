package io.metastore.bench.lock;

import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerKind;
import java.util.List;

/**
 * A lock service with the clients that people use it by.
 *
 * @param name what reports call it
 * @param kind its servers
 * @param opener its clients
 */
public record LockService(String name, ServerKind kind, Opener opener) {

  /** Metastore's own service, by stubs. */
  public static LockService ofMetastore(String name, ServerKind metastore) {
    return new LockService(name, metastore, NativeLocks::new);
  }

  /** Metastore's own service, by its Java library. */
  public static LockService ofLibrary(String name, ServerKind metastore) {
    return new LockService(name, metastore, LibraryLocks::new);
  }

  /** etcd's service, by stubs. */
  public static LockService ofEtcd(String name, ServerKind etcd) {
    return new LockService(name, etcd, EtcdLocks::new);
  }

  /** ZooKeeper, by Curator. */
  public static LockService ofCurator(String name, ServerKind zooKeeper) {
    return new LockService(name, zooKeeper, CuratorLocks::new);
  }

  LockClients connect(List<Endpoint> endpoints, int connections) throws InterruptedException {
    return opener.open(endpoints, connections);
  }

  /** Makes the clients of a cluster. */
  interface Opener {
    LockClients open(List<Endpoint> endpoints, int connections) throws InterruptedException;
  }
}
