package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.WatchRequest;

/**
 * The keys of a watch.
 *
 * @param bounds a range that contains them all
 * @param childrenOf if not empty, only the direct children of the directory with this key prefix
 */
record WatchTarget(KeyBounds bounds, ByteString childrenOf) {

  /**
   * @throws Refusal if the target is missing, or its path is invalid
   */
  static WatchTarget of(WatchRequest request) {
    return switch (request.getTargetCase()) {
      case KEY -> new WatchTarget(KeyBounds.key("key", request.getKey()), ByteString.EMPTY);
      case SUBTREE ->
          new WatchTarget(KeyBounds.subtree("subtree", request.getSubtree()), ByteString.EMPTY);
      case DIRECTORY -> {
        ByteString prefix = Paths.toPrefix("directory", request.getDirectory());
        yield new WatchTarget(KeyBounds.below(prefix), prefix);
      }
      case TARGET_NOT_SET -> throw Refusal.badRequest("target", "is missing");
    };
  }

  /** Whether the watch includes a key within the bounds. */
  boolean has(ByteString key) {
    return isChild(key) && Paths.isPath(key);
  }

  private boolean isChild(ByteString key) {
    if (!childrenOf.isEmpty()) {
      for (int i = childrenOf.size(); i < key.size(); i++) {
        if (key.byteAt(i) == '/') {
          return false;
        }
      }
    }
    return true;
  }
}
