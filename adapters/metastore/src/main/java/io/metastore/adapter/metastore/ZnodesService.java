package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetZnodeRequest;
import io.metastore.api.v1.GetZnodeResponse;
import io.metastore.api.v1.ListZnodesRequest;
import io.metastore.api.v1.ListZnodesResponse;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.WatchZnodesResponse;
import io.metastore.api.v1.Znode;
import io.metastore.api.v1.ZnodesGrpc;
import io.metastore.core.api.Failure;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Identity;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code metastore.v1.Znodes}. Each watch is a {@link ZnodeWatchCall}. */
final class ZnodesService extends ZnodesGrpc.ZnodesImplBase {
  private final Metastore metastore;
  private final Views views;
  private final ZnodeWatches watches = new ZnodeWatches();

  ZnodesService(Metastore metastore, Views views) {
    this.metastore = metastore;
    this.views = views;
    metastore.listenToTree(watches);
  }

  @Override
  public void getZnode(GetZnodeRequest request, StreamObserver<GetZnodeResponse> call) {
    CallAccess access = CallAccess.ofCall(metastore);
    Answer.to(
        call,
        metastore.scans(),
        () ->
            views.read(
                Consistencies.of(request.getConsistency()),
                view -> get(request.getPath(), view, identities(access))),
        Function.identity());
  }

  private static GetZnodeResponse get(String path, ReadView view, List<Identity> caller) {
    GetZnodeResponse.Builder response = GetZnodeResponse.newBuilder().setRevision(view.revision());
    TreeView.Node node = tree(view).find(path);
    if (node == null) {
      return response.build();
    }
    permit(path, node, caller);
    Znode.Builder znode = ZnodeTranslator.toWire(path, node.stat());
    ByteString data = view.tree().findData(path);
    if (data != null) {
      znode.setData(data);
    }
    return response.setZnode(znode).build();
  }

  @Override
  public void listZnodes(ListZnodesRequest request, StreamObserver<ListZnodesResponse> call) {
    CallAccess access = CallAccess.ofCall(metastore);
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          int pageSize = Limits.toPageSize(request.getPageSize());
          String after =
              request.getPageToken().isEmpty()
                  ? ""
                  : PageToken.parse(request.getPageToken()).position().toStringUtf8();
          return views.read(
              Consistencies.of(request.getConsistency()),
              view -> list(request.getPath(), after, pageSize, view, identities(access)));
        },
        Function.identity());
  }

  private static ListZnodesResponse list(
      String path, String after, int pageSize, ReadView view, List<Identity> caller) {
    TreeView.Node parent = tree(view).find(path);
    if (parent == null) {
      throw new Refusal(
          ErrorDetail.newBuilder().setReason(Reason.UNKNOWN_ZNODE).build(), "no such znode");
    }
    permit(path, parent, caller);
    ListZnodesResponse.Builder page =
        ListZnodesResponse.newBuilder()
            .setRevision(view.revision())
            .setChildrenRevision(parent.stat().childrenChanged());
    for (String name : view.tree().children(path, after, pageSize + 1)) {
      if (page.getChildrenCount() == pageSize) {
        String lastPath = page.getChildren(pageSize - 1).getPath();
        ByteString last = ByteString.copyFromUtf8(lastPath.substring(prefix(path).length()));
        return page.setNextPageToken(new PageToken(0, last).toText()).build();
      }
      String child = prefix(path) + name;
      TreeView.Node found = view.tree().find(child);
      if (found != null) {
        page.addChildren(ZnodeTranslator.toWire(child, found.stat()));
      }
    }
    return page.build();
  }

  private static TreeView tree(ReadView view) {
    Failure corruption = view.findCorruption();
    if (corruption != null) {
      throw Errors.toRefusal(corruption);
    }
    return view.tree();
  }

  private static String prefix(String path) {
    return path.equals("/") ? path : path + "/";
  }

  @Override
  public void watchZnodes(WatchZnodesRequest request, StreamObserver<WatchZnodesResponse> call) {
    CallAccess access = CallAccess.ofStream();
    ZnodeWatchCall.start(
        request,
        watches,
        () -> Math.max(metastore.cluster().revision(), watches.announced()),
        () -> metastore.access().enabled() ? identities(access) : List.of(),
        (ServerCallStreamObserver<WatchZnodesResponse>) call);
  }

  /**
   * @param access null while access control is off
   */
  private static List<Identity> identities(@Nullable CallAccess access) {
    return ZnodeAcl.ofNativeCaller(access != null, access == null ? "" : access.author());
  }

  private static void permit(String path, TreeView.Node node, List<Identity> caller) {
    if (!node.acl().permits(ZnodeAcl.READ, caller)) {
      throw Refusal.denied(path, "READ");
    }
  }
}
