package io.metastore.core.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Computes the IDs of members and clusters as etcd does. */
public final class MemberIds {
  private MemberIds() {}

  /**
   * The ID of a member: the first 8 bytes of the SHA-1 hash of its URLs and a suffix.
   *
   * @param sortedUrls its peer URLs
   * @param suffix the token of a new cluster; for a member that is added to a running cluster, the
   *     time in seconds since 1970
   */
  public static long member(List<String> sortedUrls, String suffix) {
    return first8((String.join("", sortedUrls) + suffix).getBytes(StandardCharsets.UTF_8));
  }

  /** The ID of a cluster: the first 8 bytes of the SHA-1 hash of the IDs of its first members. */
  public static long cluster(List<Long> memberIds) {
    ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * memberIds.size());
    memberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
    return first8(ids.array());
  }

  private static long first8(byte[] bytes) {
    return ByteBuffer.wrap(Digests.sha1().digest(bytes)).getLong();
  }
}
