package io.metastore.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.core.raft.PeerPages;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /members}, {@code /members/hashkv} and {@code /version} on the peer port, as etcd
 * does. Thread-safe.
 */
final class MemberPages implements PeerPages {
  /** The header with the cluster ID, as hexadecimal number. */
  static final String CLUSTER_ID = "X-Etcd-Cluster-ID";

  private final EtcdVersion version;
  private volatile @Nullable Metastore store;

  MemberPages(EtcdVersion version) {
    this.version = version;
  }

  /** Sets the store whose members and hashes are served. */
  void know(Metastore known) {
    store = known;
  }

  @Override
  public @Nullable CompletableFuture<Page> find(Request request) {
    Metastore known = store;
    if (request.path().equals("/version")) {
      return CompletableFuture.completedFuture(Page.json(version.json()));
    }
    if (known == null) {
      return null;
    }
    return switch (request.path()) {
      case "/members" -> CompletableFuture.completedFuture(members(known.cluster()));
      case "/members/hashkv" -> new HashPage(known).answer(request);
      default -> null;
    };
  }

  private static Page members(ClusterView cluster) {
    JsonArray list = new JsonArray();
    for (MemberInfo member : cluster.members()) {
      JsonObject told = new JsonObject();
      told.addProperty("id", new BigInteger(Long.toUnsignedString(member.id())));
      told.add("peerURLs", array(member.peerUrls()));
      if (member.learner()) {
        told.addProperty("isLearner", true);
      }
      if (!member.name().isEmpty()) {
        told.addProperty("name", member.name());
      }
      if (!member.clientUrls().isEmpty()) {
        told.add("clientURLs", array(member.clientUrls()));
      }
      list.add(told);
    }
    return new Page(200, list + "\n", Map.of(CLUSTER_ID, Long.toHexString(cluster.clusterId())));
  }

  private static JsonArray array(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }
}
