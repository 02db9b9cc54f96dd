package io.metastore.server.discovery;

import io.grpc.StatusRuntimeException;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.mvccpb.KeyValue;
import io.metastore.server.config.Bootstrap;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster.State;
import io.metastore.server.config.InitialPlace;
import io.metastore.server.config.Place;
import java.io.IOException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the members of a new cluster through keys of a running etcd or Metastore cluster, as etcd's
 * v3 discovery does. Each member writes its URLs below {@code /_etcd/registry/TOKEN/members/}. The
 * first members form the cluster; their number is in the key {@code
 * /_etcd/registry/TOKEN/_config/size}.
 *
 * <p>Source: etcd's {@code etcdserver/api/v3discovery/discovery.go}. Used by one thread, which it
 * blocks.
 */
public final class EtcdDiscovery {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdDiscovery.class);
  private static final String REGISTRY = "/_etcd/registry/";
  private static final int BACKOFF_SECONDS_MAX = 16;

  private final Bootstrap.Etcd settings;
  private final String name;
  private final List<EtcdUrl> advertised;
  private final String members;
  private final String ownKey;
  private int attempts;

  private EtcdDiscovery(Bootstrap.Etcd settings, String name, List<EtcdUrl> advertised)
      throws ConfigError {
    this.settings = settings;
    this.name = name;
    this.advertised = advertised;
    this.members = REGISTRY + settings.token() + "/members";
    this.ownKey = members + "/" + Long.toHexString(place(self()).self().id());
  }

  /**
   * Waits until enough members have registered; retries while no endpoint answers.
   *
   * @return this member among the others
   * @throws ConfigError if the size is missing or not a number, or if the cluster is complete
   *     without this member
   * @throws IOException if a file of the TLS settings cannot be read
   */
  public static Place join(Bootstrap.Etcd settings, String name, List<EtcdUrl> advertised)
      throws ConfigError, IOException, InterruptedException {
    return new EtcdDiscovery(settings, name, advertised).join();
  }

  private Place join() throws ConfigError, IOException, InterruptedException {
    while (true) {
      String endpoint = settings.endpoints().get(attempts % settings.endpoints().size());
      try (EtcdRegistry registry = EtcdRegistry.connect(settings, endpoint)) {
        return join(registry);
      } catch (StatusRuntimeException | EndpointLost e) {
        long backoffSeconds = Math.min(BACKOFF_SECONDS_MAX, 1L << Math.min(attempts, 30));
        LOG.atWarn()
            .addKeyValue("discovery-token", settings.token())
            .addKeyValue("endpoint", endpoint)
            .addKeyValue("reason", e.getMessage())
            .addKeyValue("backoff-seconds", backoffSeconds)
            .log("retry connecting to discovery service");
        attempts++;
        TimeUnit.SECONDS.sleep(backoffSeconds);
      }
    }
  }

  private Place join(EtcdRegistry registry) throws ConfigError, EndpointLost, InterruptedException {
    int size = size(registry);
    checkRoom(found(registry.getAll(members)), size);
    registry.put(ownKey, self());
    LOG.atInfo()
        .addKeyValue("memberKey", ownKey)
        .addKeyValue("memberInfo", self())
        .log("register member itself successfully");
    while (true) {
      RangeResponse answer = registry.getAll(members);
      List<KeyValue> found = found(answer);
      checkRoom(found, size);
      attempts = 0;
      if (found.size() >= size) {
        String cluster =
            found.stream().limit(size).map(EtcdDiscovery::value).collect(Collectors.joining(","));
        LOG.atInfo().addKeyValue("cluster", cluster).log("discovery joined cluster successfully");
        return place(cluster);
      }
      LOG.atInfo()
          .addKeyValue("clusterSize", size)
          .addKeyValue("found-peers", found.size())
          .log("waiting for peers from discovery service");
      await(registry, answer.getHeader().getRevision() + 1);
    }
  }

  private int size(EtcdRegistry registry) throws ConfigError {
    RangeResponse answer = registry.get(REGISTRY + settings.token() + "/_config/size");
    if (answer.getKvsCount() == 0) {
      throw ConfigError.discovery("discovery: size key not found");
    }
    try {
      int size = Integer.parseInt(value(answer.getKvs(0)));
      if (size > 0) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw ConfigError.discovery("discovery: size key is bad");
  }

  /** The registered members with valid name and URLs, oldest first. */
  private static List<KeyValue> found(RangeResponse answer) {
    List<KeyValue> found = new ArrayList<>();
    for (KeyValue member : answer.getKvsList()) {
      if (value(member).contains("=")) {
        found.add(member);
      } else {
        LOG.atWarn()
            .addKeyValue("memberKey", member.getKey().toStringUtf8())
            .addKeyValue("memberInfo", value(member))
            .log("invalid peer info returned from discovery service");
      }
    }
    found.sort(Comparator.comparingLong(KeyValue::getCreateRevision));
    return found;
  }

  /** Checks that this member is one of the first, or that there is room for it. */
  private void checkRoom(List<KeyValue> found, int size) throws ConfigError {
    boolean among =
        found.stream()
            .limit(size)
            .anyMatch(member -> member.getKey().toStringUtf8().equals(ownKey));
    if (!among && found.size() >= size) {
      throw ConfigError.discovery("discovery: cluster is full");
    }
  }

  private void await(EtcdRegistry registry, long revision)
      throws EndpointLost, InterruptedException {
    try {
      registry.awaitChange(members, revision);
    } catch (IOException e) {
      throw new EndpointLost(e);
    }
  }

  /** The endpoint became unreachable while this member was waiting. */
  private static final class EndpointLost extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    EndpointLost(IOException cause) {
      super(cause);
    }
  }

  private String self() {
    return InitialPlace.alone(name, advertised);
  }

  private Place place(String cluster) throws ConfigError {
    return InitialPlace.find(name, advertised, cluster, settings.token(), State.NEW);
  }

  private static String value(KeyValue pair) {
    return pair.getValue().toStringUtf8().strip();
  }
}
