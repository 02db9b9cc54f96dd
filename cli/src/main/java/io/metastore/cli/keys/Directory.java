package io.metastore.cli.keys;

import io.metastore.api.v1.Child;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.client.KeyValue;
import java.util.List;

/**
 * The children of one directory, a page at a time, all at one revision. Not thread-safe.
 *
 * <p>Never has more than one page in memory.
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

  /** One of its directories, at the revision of the pages read so far. */
  Directory child(String name) {
    return new Directory(
        keyValue, request.build().toBuilder().setDirectory(path(name)).setPageToken(""));
  }

  /** The path of one of its children. */
  String path(String name) {
    String path = request.getDirectory();
    return path.equals("/") ? "/" + name : path + "/" + name;
  }

  /** What all is read at; 0 before the first page. */
  long revision() {
    return request.getRevision();
  }

  /** Whether {@link #nextPage} may have anything. */
  boolean hasMore() {
    return more;
  }

  /** The next children, in the order of their names; empty only if there are none at all. */
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
