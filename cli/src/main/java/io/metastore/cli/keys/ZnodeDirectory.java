package io.metastore.cli.keys;

import io.metastore.api.v1.Child;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ListZnodesRequest;
import io.metastore.api.v1.ListZnodesResponse;
import io.metastore.api.v1.Znode;
import io.metastore.client.Znodes;
import java.util.List;

/** A znode as a directory. A znode with children is shown as both a key and a directory. */
final class ZnodeDirectory extends Directory {
  private final Znodes znodes;
  private final ListZnodesRequest.Builder request;
  private boolean more = true;

  ZnodeDirectory(Znodes znodes, String path, ReadOptions read) {
    this(
        znodes, ListZnodesRequest.newBuilder().setPath(path).setConsistency(read.consistency.wire));
  }

  private ZnodeDirectory(Znodes znodes, ListZnodesRequest.Builder request) {
    super(request.getPath());
    this.znodes = znodes;
    this.request = request;
  }

  @Override
  Directory child(String name) {
    return new ZnodeDirectory(
        znodes, request.build().toBuilder().setPath(path(name)).setPageToken(""));
  }

  @Override
  boolean hasMore() {
    return more;
  }

  @Override
  List<Child> nextPage() throws InterruptedException {
    ListZnodesResponse page = znodes.list(request.build());
    request.setPageToken(page.getNextPageToken());
    more = !page.getNextPageToken().isEmpty();
    return page.getChildrenList().stream().map(this::toChild).toList();
  }

  private Child toChild(Znode znode) {
    return Child.newBuilder()
        .setName(znode.getPath().substring(path("").length()))
        .setKind(znode.getChildren() > 0 ? Child.Kind.BOTH : Child.Kind.FILE)
        .setEntry(toEntry(znode))
        .build();
  }

  /** A znode in the form in which keys are printed. */
  static Entry toEntry(Znode znode) {
    return Entry.newBuilder()
        .setKey(znode.getPath())
        .setValue(znode.getData())
        .setCreateRevision(znode.getCreateRevision())
        .setModRevision(znode.getModRevision())
        .setVersion(znode.getVersion())
        .setClientId(znode.getSessionId())
        .setValueSize(znode.getDataSize())
        .build();
  }
}
