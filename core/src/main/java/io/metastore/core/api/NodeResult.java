package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * What one operation on the znode tree did.
 *
 * @param path of the node created; null if none was
 * @param stat of the node created or set; null for a deletion or a check
 */
public record NodeResult(@Nullable String path, @Nullable ZnodeStat stat) {
  /** Of a deletion or a check. */
  public static final NodeResult EMPTY = new NodeResult(null, null);
}
