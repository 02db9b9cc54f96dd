package io.metastore.client;

import io.metastore.api.v1.GetZnodeRequest;
import io.metastore.api.v1.GetZnodeResponse;
import io.metastore.api.v1.ListZnodesRequest;
import io.metastore.api.v1.ListZnodesResponse;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.Znode;
import io.metastore.api.v1.ZnodesGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads and watches the znodes of ZooKeeper clients. The requests and responses are messages of
 * {@code znodes.proto}. Znodes are written in a {@linkplain Transactions transaction}, together
 * with keys if needed:
 *
 * <pre>{@code
 * client.transactions().run(tx -> {
 *   Znode leader = tx.findZnode("/app/leader");
 *   tx.require(lock.fence());
 *   tx.setZnode("/app/leader", bytes, leader.getVersion());
 *   tx.put("/app/history", "...");
 *   return true;
 * });
 * }</pre>
 */
public final class Znodes {
  private final Calls calls;

  Znodes(Calls calls) {
    this.calls = calls;
  }

  /** Reads one znode. */
  public CompletableFuture<GetZnodeResponse> getAsync(GetZnodeRequest request) {
    return calls.unary(ZnodesGrpc.getGetZnodeMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #getAsync}. */
  public GetZnodeResponse get(GetZnodeRequest request) throws InterruptedException {
    return Blocking.await(getAsync(request));
  }

  /** A znode with its data, or null if it does not exist. */
  public @Nullable Znode find(String path) throws InterruptedException {
    GetZnodeResponse answer = get(GetZnodeRequest.newBuilder().setPath(path).build());
    return answer.hasZnode() ? answer.getZnode() : null;
  }

  /** One page of the children of a znode. */
  public CompletableFuture<ListZnodesResponse> listAsync(ListZnodesRequest request) {
    return calls.unary(ZnodesGrpc.getListZnodesMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #listAsync}. */
  public ListZnodesResponse list(ListZnodesRequest request) throws InterruptedException {
    return Blocking.await(listAsync(request));
  }

  /**
   * Reads all children of a znode, without their data, into memory. Changes while they are read may
   * or may not be included.
   */
  public List<Znode> list(String path) throws InterruptedException {
    List<Znode> children = new ArrayList<>();
    ListZnodesRequest.Builder request = ListZnodesRequest.newBuilder().setPath(path);
    do {
      ListZnodesResponse page = list(request.build());
      children.addAll(page.getChildrenList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return children;
  }

  /** Watches znodes until the watch is closed. Starts again after a lost connection. */
  public ZnodeWatch watch(WatchZnodesRequest request, ZnodeListener listener) {
    ZnodeWatch watch = new ZnodeWatch(calls, request, listener);
    watch.start();
    return watch;
  }
}
