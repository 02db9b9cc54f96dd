package io.metastore.adapter.metastore;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.AnsweringStream;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.CloseClientResponse;
import io.metastore.api.v1.KeepAliveRequest;
import io.metastore.api.v1.KeepAliveResponse;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListClientsResponse;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.NewClientResponse;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.Metastore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@code metastore.v1.Clients}. Stateless. */
final class ClientsService extends ClientsGrpc.ClientsImplBase {
  private final Metastore metastore;
  private final Views views;

  ClientsService(Metastore metastore, Views views) {
    this.metastore = metastore;
    this.views = views;
  }

  @Override
  public void newClient(NewClientRequest request, StreamObserver<NewClientResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () ->
            CallAccess.submit(
                metastore, ClientTranslator.toCommand(request, metastore.cluster().minLeaseTtl())),
        ClientTranslator::toNew);
  }

  @Override
  public StreamObserver<KeepAliveRequest> keepAlive(StreamObserver<KeepAliveResponse> call) {
    return new AnsweringStream<>(
        (ServerCallStreamObserver<KeepAliveResponse>) call,
        request ->
            metastore
                .keepAlive(request.getClientId())
                .thenApply(ttl -> ClientTranslator.toKeptAlive(request.getClientId(), ttl)),
        Errors::of);
  }

  @Override
  public void closeClient(CloseClientRequest request, StreamObserver<CloseClientResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, ClientTranslator.toCommand(request)),
        ClientTranslator::toClosed);
  }

  @Override
  public void listClients(ListClientsRequest request, StreamObserver<ListClientsResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () ->
            views
                .read(Consistencies.of(request.getConsistency()), ClientsPage.of(request)::read)
                .thenCompose(this::withRemaining),
        Function.identity());
  }

  /**
   * Asks the leader for the remaining time of each client. Clients that have ended meanwhile are
   * left out.
   */
  private CompletableFuture<ListClientsResponse> withRemaining(ClientsPage.Found page) {
    List<CompletableFuture<LeaseStatus>> asked = new ArrayList<>();
    for (ClientView client : page.clients()) {
      asked.add(
          metastore
              .timeToLive(client.id(), false)
              .exceptionally(failure -> ClientTranslator.notAsked(client)));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            all ->
                ClientTranslator.toPage(
                    page, asked.stream().map(CompletableFuture::join).toList()));
  }
}
