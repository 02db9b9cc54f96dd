package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * All that a znode consists of, except what follows from other nodes: for copies of the tree.
 *
 * @param path {@code /} for the root
 * @param created zxid of its creation
 * @param modified zxid of the last change of its data
 * @param childrenChanged zxid of the last creation or deletion of a child
 * @param createdMs time of its creation, in milliseconds since 1970
 * @param modifiedMs time of the last change of its data
 * @param version how often its data was set
 * @param creations number of children ever created
 * @param aclVersion how often its access list was set
 * @param session owner of an ephemeral node; otherwise 0
 * @param container whether it is deleted when its last child is
 * @param ttlMs 0 if it has none
 * @param data null if it has none
 */
public record ZnodeImage(
    String path,
    long created,
    long modified,
    long childrenChanged,
    long createdMs,
    long modifiedMs,
    int version,
    int creations,
    int aclVersion,
    long session,
    boolean container,
    long ttlMs,
    ZnodeAcl acl,
    @Nullable ByteString data) {

  public ZnodeImage {
    requireNonNull(path, "path");
    requireNonNull(acl, "acl");
  }
}
