package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * The state of a lease.
 *
 * @param grantedTtl in seconds; 0 if there is no such lease
 * @param remainingTtl in seconds; -1 if there is no such lease
 * @param keys the attached keys in order; empty unless requested
 */
public record LeaseStatus(long id, long grantedTtl, long remainingTtl, List<ByteString> keys) {

  public LeaseStatus {
    keys = List.copyOf(keys);
  }

  /** The answer for a lease that does not exist. */
  public static LeaseStatus unknown(long id) {
    return new LeaseStatus(id, 0, -1, List.of());
  }

  /** The same with these keys. */
  public LeaseStatus withKeys(List<ByteString> attached) {
    return new LeaseStatus(id, grantedTtl, remainingTtl, attached);
  }

  public boolean exists() {
    return remainingTtl >= 0;
  }
}
