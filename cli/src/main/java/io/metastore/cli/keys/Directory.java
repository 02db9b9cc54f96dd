package io.metastore.cli.keys;

import io.metastore.api.v1.Child;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.client.KeyValue;
import java.util.List;

/**
 * Reads the children of a directory page by page, all at one revision. Not thread-safe.
 *
 * <p>At most one page is in memory.
 */
final class Directory {
  private final KeyValue keyValue;
  private final ListRequest.Builder request;
  private boolean more = true;

  Directory(KeyValue keyValue, String path, ReadOptions read) {
    this.keyValue = keyValue;
    this.request =
        ListRequest.newBuilder()
            .setDirectory(path)
            .setRevision(read.revision)
            .setConsistency(read.consistency.wire);
  }

  private Directory(KeyValue keyValue, ListRequest.Builder request) {
    this.keyValue = keyValue;
    this.request = request;
  }

  /** A subdirectory, read at the same revision as the pages so far. */
  Directory child(String name) {
    return new Directory(
        keyValue, request.build().toBuilder().setDirectory(path(name)).setPageToken(""));
  }

  /** The full path of a child. */
  String path(String name) {
    String path = request.getDirectory();
    return path.equals("/") ? "/" + name : path + "/" + name;
  }

  /** False once all pages have been read. */
  boolean hasMore() {
    return more;
  }

  /** The next page of children, ordered by name. Empty only if the directory has no children. */
  List<Child> nextPage() throws InterruptedException {
    ListResponse page = keyValue.list(request.build());
    request.setPageToken(page.getNextPageToken()).setRevision(page.getRevision());
    more = !page.getNextPageToken().isEmpty();
    return page.getChildrenList();
  }

  static boolean isDirectory(Child child) {
    return child.getKind() != Child.Kind.FILE;
  }
}
