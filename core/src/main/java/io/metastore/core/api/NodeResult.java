package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * The result of one operation on the znode tree.
 *
 * @param path path of the created node; null if none was created
 * @param stat stat of the created or changed node; null for a deletion or a check
 */
public record NodeResult(@Nullable String path, @Nullable ZnodeStat stat) {
  /** The result of a deletion or a check. */
  public static final NodeResult EMPTY = new NodeResult(null, null);
}
