package io.metastore.cli.keys;

import io.metastore.api.v1.Child;
import io.metastore.client.MetastoreClient;
import java.util.List;

/**
 * The children of a directory or a znode, page by page. At most one page is in memory. Not
 * thread-safe.
 */
abstract class Directory {
  private final String path;

  Directory(String path) {
    this.path = path;
  }

  /** The directory, or the znode if the options say so. */
  static Directory of(MetastoreClient client, String path, ReadOptions read) {
    return read.zookeeper
        ? new ZnodeDirectory(client.znodes(), path, read)
        : new KeyDirectory(client.keyValue(), path, read);
  }

  /** A subdirectory. */
  abstract Directory child(String name);

  /** False once all pages have been read. */
  abstract boolean hasMore();

  /** The next page of children, ordered by name. Empty only if the directory has no children. */
  abstract List<Child> nextPage() throws InterruptedException;

  final String path() {
    return path;
  }

  /** The full path of a child. */
  final String path(String name) {
    return path.equals("/") ? "/" + name : path + "/" + name;
  }

  static boolean isDirectory(Child child) {
    return child.getKind() != Child.Kind.FILE;
  }
}
