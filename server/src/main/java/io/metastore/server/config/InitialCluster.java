package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members that a cluster begins with, and the ids that follow from them: every member computes
 * the same ones from the same flags.
 *
 * @param members by name
 * @param existing whether the cluster is already running
 */
public record InitialCluster(List<Member> members, boolean existing) {

  /**
   * One of them.
   *
   * @param peerUrls sorted
   */
  public record Member(long id, String name, List<EtcdUrl> peerUrls) {
    public Member {
      requireNonNull(name, "name");
      peerUrls = List.copyOf(peerUrls);
    }
  }

  public InitialCluster {
    members = List.copyOf(members);
  }

  /**
   * @param text {@code name=url,name=url,…}; a name may come again with another URL
   * @throws IllegalArgumentException with etcd's words for what is wrong with it
   */
  static InitialCluster parse(String text, String token, boolean existing) {
    Map<String, List<EtcdUrl>> urls = new TreeMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      EtcdUrl url = EtcdUrl.parse(equals < 0 ? "" : pair.substring(equals + 1).strip());
      urls.computeIfAbsent(name.strip(), key -> new ArrayList<>()).add(url);
    }
    List<Member> members = new ArrayList<>();
    urls.forEach(
        (name, of) -> {
          of.sort(Comparator.comparing(EtcdUrl::text));
          members.add(new Member(memberId(of, token), name, of));
        });
    return new InitialCluster(members, existing);
  }

  public @Nullable Member find(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findAny().orElse(null);
  }

  /** The first 8 bytes of the SHA-1 of all member ids in order. */
  public long clusterId() {
    ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * members.size());
    members.stream().map(Member::id).sorted(Long::compareUnsigned).forEach(ids::putLong);
    return first8(ids.array());
  }

  /** The first 8 bytes of the SHA-1 of the sorted URLs and the token. */
  private static long memberId(List<EtcdUrl> sortedUrls, String token) {
    StringBuilder text = new StringBuilder();
    sortedUrls.forEach(url -> text.append(url.text()));
    return first8(text.append(token).toString().getBytes(StandardCharsets.UTF_8));
  }

  private static long first8(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
