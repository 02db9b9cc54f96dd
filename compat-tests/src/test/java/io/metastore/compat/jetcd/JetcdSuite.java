package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.OneNode;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Provides each test with its own client and its own key prefix. */
@ExtendWith(OneNode.class)
abstract class JetcdSuite {
  /** The prefix of all keys of the test. */
  final String own = Jetcd.fresh(getClass().getSimpleName());

  URI[] endpoints;
  Client client;

  @BeforeEach
  void connect(ClusterProcesses cluster) {
    endpoints = cluster.endpoints();
    client = Client.builder().endpoints(endpoints).build();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  /**
   * Puts a key of this test.
   *
   * @return the revision of the put
   */
  long put(String key, String value) throws InterruptedException {
    return get(client.getKVClient().put(bytes(own + key), bytes(value))).getHeader().getRevision();
  }

  /** All keys of this test. */
  List<KeyValue> all() throws InterruptedException {
    GetOption below = GetOption.builder().isPrefix(true).build();
    return get(client.getKVClient().get(bytes(own), below)).getKvs();
  }
}
