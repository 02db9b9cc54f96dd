import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.solr.client.solrj.SolrQuery;
import org.apache.solr.client.solrj.impl.CloudHttp2SolrClient;
import org.apache.solr.client.solrj.impl.CloudSolrClient;
import org.apache.solr.client.solrj.request.CollectionAdminRequest;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.cloud.SolrZkClient;
import org.apache.solr.common.cloud.ZkStateReader;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/**
 * Two Solr nodes with a collection of two shards and two replicas: indexes and counts documents,
 * also after a node and ZooKeeper were restarted.
 *
 * <p>Arguments: ZooKeeper's address, a chroot, the directory of this file, a directory for data.
 * Prints {@code restart ZooKeeper} and then waits for a line.
 */
class SolrSession {
  private static final String COLLECTION = "numbers";
  private static final int BATCH = 100;
  private static final int PATIENCE_S = 60;

  private final CloudSolrClient client;
  private int indexed;

  private SolrSession(CloudSolrClient client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws Exception {
    String address = arguments[0];
    String chroot = arguments[1];
    Path files = Path.of(arguments[2]);
    Path data = Path.of(arguments[3]);
    System.setProperty("zkHost", address + chroot);
    try (SolrZkClient zookeeper =
        new SolrZkClient.Builder().withUrl(address).withTimeout(PATIENCE_S, TimeUnit.SECONDS).build()) {
      zookeeper.makePath(chroot, true);
    }
    try (SolrZkClient zookeeper =
        new SolrZkClient.Builder()
            .withUrl(address + chroot)
            .withTimeout(PATIENCE_S, TimeUnit.SECONDS)
            .build()) {
      zookeeper.upConfig(files.resolve("conf"), COLLECTION);
    }
    JettySolrRunner first = start(files, data.resolve("solr1"));
    JettySolrRunner second = start(files, data.resolve("solr2"));
    try (CloudSolrClient client =
        new CloudHttp2SolrClient.Builder(List.of(address), Optional.of(chroot))
            .withDefaultCollection(COLLECTION)
            .withZkClientTimeout(PATIENCE_S, TimeUnit.SECONDS)
            .build()) {
      CollectionAdminRequest.createCollection(COLLECTION, COLLECTION, 2, 2).process(client);
      SolrSession session = new SolrSession(client);
      session.index(4);

      second.stop();
      session.index(2);
      second.start();
      session.index(4);

      System.out.println("restart ZooKeeper");
      new BufferedReader(new InputStreamReader(System.in)).readLine();
      session.index(4);
      first.stop();
      session.index(2);
      first.start();
      session.index(4);
      CollectionAdminRequest.deleteCollection(COLLECTION).process(client);
    }
    second.stop();
    first.stop();
    System.out.println("solr: ok");
    System.exit(0);
  }

  private static JettySolrRunner start(Path files, Path home) throws Exception {
    Files.createDirectories(home);
    Files.copy(files.resolve("solr.xml"), home.resolve("solr.xml"));
    JettySolrRunner node = new JettySolrRunner(home.toString(), new JettyConfig.Builder().build());
    node.start();
    return node;
  }

  /**
   * Adds documents, and counts all.
   *
   * @param replicas so many must be active first
   */
  private void index(int replicas) throws Exception {
    ZkStateReader.from(client)
        .waitForState(
            COLLECTION,
            PATIENCE_S,
            TimeUnit.SECONDS,
            (nodes, collection) ->
                collection != null
                    && collection.getReplicas().stream().filter(r -> r.isActive(nodes)).count()
                        == replicas
                    && collection.getSlices().stream()
                        .allMatch(s -> s.getLeader() != null && s.getLeader().isActive(nodes)));
    List<SolrInputDocument> documents = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      int number = indexed++;
      documents.add(new SolrInputDocument("id", "n" + number, "number", "" + number));
    }
    client.add(documents);
    client.commit();
    long found = client.query(new SolrQuery("*:*")).getResults().getNumFound();
    if (found != indexed) {
      throw new IllegalStateException("found " + found + " documents of " + indexed);
    }
  }
}
