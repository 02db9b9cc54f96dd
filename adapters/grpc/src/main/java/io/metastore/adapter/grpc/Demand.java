package io.metastore.adapter.grpc;

import io.grpc.StatusRuntimeException;
import io.metastore.core.api.AccessRules;
import org.jspecify.annotations.Nullable;

/** What one request of one caller needs while access control is on. */
public interface Demand {

  /**
   * Whether the request may change something: it is then decided on again in its turn, not before
   * its answer.
   */
  boolean changes();

  /** Why the caller may not make the request, by these rules; null if it may. */
  @Nullable StatusRuntimeException findRefusal(AccessRules rules);

  /**
   * Whether a refused request goes to its service all the same, which answers it with {@link
   * CallAccess#refusal} instead of ending the call.
   */
  default boolean refusedByService() {
    return false;
  }
}
