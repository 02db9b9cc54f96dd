package io.metastore.adapter.grpc;

import io.grpc.StatusRuntimeException;
import io.metastore.core.api.AccessRules;
import org.jspecify.annotations.Nullable;

/** What a request needs from its caller while access control is on. */
public interface Demand {

  /**
   * Whether the request may change something. It is then authorized again when it is applied, not
   * before its response.
   */
  boolean changes();

  /** Why these rules do not permit the request; null if they do. */
  @Nullable StatusRuntimeException findRefusal(AccessRules rules);

  /**
   * Whether a refused request is still passed to its service, which answers with {@link
   * CallAccess#refusal} instead of ending the call.
   */
  default boolean refusedByService() {
    return false;
  }
}
