package io.metastore.cli.keys;

import io.metastore.api.v1.Child;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.client.KeyValue;
import java.util.List;

/** A directory of keys. All pages, also of its subdirectories, are read at one revision. */
final class KeyDirectory extends Directory {
  private final KeyValue keyValue;
  private final ListRequest.Builder request;
  private boolean more = true;

  KeyDirectory(KeyValue keyValue, String path, ReadOptions read) {
    this(
        keyValue,
        ListRequest.newBuilder()
            .setDirectory(path)
            .setRevision(read.revision)
            .setConsistency(read.consistency.wire));
  }

  private KeyDirectory(KeyValue keyValue, ListRequest.Builder request) {
    super(request.getDirectory());
    this.keyValue = keyValue;
    this.request = request;
  }

  @Override
  Directory child(String name) {
    return new KeyDirectory(
        keyValue, request.build().toBuilder().setDirectory(path(name)).setPageToken(""));
  }

  @Override
  boolean hasMore() {
    return more;
  }

  @Override
  List<Child> nextPage() throws InterruptedException {
    ListResponse page = keyValue.list(request.build());
    request.setPageToken(page.getNextPageToken()).setRevision(page.getRevision());
    more = !page.getNextPageToken().isEmpty();
    return page.getChildrenList();
  }
}
