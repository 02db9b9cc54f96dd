package io.metastore.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.raft.PeerPages;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves {@code /members} and {@code /version} on the peer port, as etcd does. Thread-safe. */
final class MemberPages implements PeerPages {
  private final EtcdVersion version;
  private volatile @Nullable ClusterView cluster;

  MemberPages(EtcdVersion version) {
    this.version = version;
  }

  /** Sets the cluster whose members are served. */
  void know(ClusterView known) {
    cluster = known;
  }

  @Override
  public @Nullable String find(String path) {
    ClusterView known = cluster;
    return switch (path) {
      case "/version" -> version.json();
      case "/members" -> known == null ? null : members(known.members());
      default -> null;
    };
  }

  private static String members(List<MemberInfo> members) {
    JsonArray list = new JsonArray();
    for (MemberInfo member : members) {
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
    return list + "\n";
  }

  private static JsonArray array(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }
}
