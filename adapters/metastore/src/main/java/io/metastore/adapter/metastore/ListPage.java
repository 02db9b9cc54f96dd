package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.ListRequest;
import io.metastore.api.v1.ListResponse;
import io.metastore.core.api.ReadView;

/**
 * A request for one page of a directory.
 *
 * @param token where the page begins
 */
record ListPage(ByteString prefix, int pageSize, PageToken token) {

  /**
   * @throws Refusal if the request is malformed
   */
  static ListPage of(ListRequest request) {
    ByteString prefix = Paths.toPrefix("directory", request.getDirectory());
    int pageSize = Limits.toPageSize(request.getPageSize());
    long revision = Limits.notNegative("revision", request.getRevision());
    if (request.getPageToken().isEmpty()) {
      return new ListPage(prefix, pageSize, new PageToken(revision, prefix));
    }
    PageToken token = PageToken.parse(request.getPageToken());
    if (!token.position().startsWith(prefix)) {
      throw PageToken.invalid();
    }
    return new ListPage(prefix, pageSize, token);
  }

  /**
   * Reads the page from the disk, so not to be called on an event loop.
   *
   * @throws Refusal if the revision cannot be read
   */
  ListResponse read(ReadView view) {
    long revision = ReadTranslator.readRevision(token.revision(), view.revision());
    ListResponse.Builder page = ListResponse.newBuilder().setRevision(revision);
    ChildScan scan = new ChildScan(view, prefix, token.position(), revision);
    ByteString position = scan.position();
    for (ChildScan.Child child = scan.next(); child != null; child = scan.next()) {
      if (page.getChildrenCount() == pageSize) {
        return page.setNextPageToken(new PageToken(revision, position).toText()).build();
      }
      page.addChildren(toWire(child));
      position = scan.position();
    }
    return page.build();
  }

  private static Child toWire(ChildScan.Child child) {
    Child.Builder wire = Child.newBuilder().setNameBytes(child.name());
    if (child.file() == null) {
      return wire.setKind(Child.Kind.DIRECTORY).build();
    }
    return wire.setKind(child.directory() ? Child.Kind.BOTH : Child.Kind.FILE)
        .setEntry(Entries.toWire(child.file()))
        .build();
  }
}
