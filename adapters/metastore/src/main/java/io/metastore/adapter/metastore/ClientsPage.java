package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.ReadView;
import java.util.List;

/** A request for one page of the list of clients. */
record ClientsPage(long afterId, int pageSize) {

  /** The contents of a page; the token is empty on the last page. */
  record Found(long revision, List<ClientView> clients, String nextPageToken) {}

  /**
   * @throws Refusal if the request is malformed
   */
  static ClientsPage of(ListClientsRequest request) {
    int pageSize = Limits.toPageSize(request.getPageSize());
    if (request.getPageToken().isEmpty()) {
      return new ClientsPage(0, pageSize);
    }
    ByteString position = PageToken.parse(request.getPageToken()).position();
    try {
      return new ClientsPage(Long.parseLong(position.toStringUtf8()), pageSize);
    } catch (NumberFormatException e) {
      throw PageToken.invalid();
    }
  }

  Found read(ReadView view) {
    List<ClientView> clients = view.clients(afterId, pageSize + 1);
    if (clients.size() <= pageSize) {
      return new Found(view.revision(), clients, "");
    }
    List<ClientView> page = clients.subList(0, pageSize);
    String last = Long.toString(page.get(pageSize - 1).id());
    return new Found(
        view.revision(), page, new PageToken(0, ByteString.copyFromUtf8(last)).toText());
  }
}
