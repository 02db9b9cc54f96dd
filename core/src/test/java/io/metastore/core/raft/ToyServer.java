package io.metastore.core.raft;

import io.metastore.core.api.PeerUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;

/** A real Raft server with a {@link ToyMachine}, our settings and short timeouts. */
final class ToyServer implements AutoCloseable {
  static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(1, 2));

  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final RaftPeer self;
  private final RaftServer server;
  private final ToyMachine machine;

  private ToyServer(RaftPeer self, RaftServer server, ToyMachine machine) {
    this.self = self;
    this.server = server;
    this.machine = machine;
  }

  static List<RaftPeer> peers(int count) throws IOException {
    List<RaftPeer> peers = new ArrayList<>();
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      held.add(socket);
      peers.add(
          RaftPeer.newBuilder()
              .setId("n" + i)
              .setAddress("http://127.0.0.1:" + socket.getLocalPort())
              .build());
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return peers;
  }

  static ToyServer start(
      Path data, RaftPeer self, List<RaftPeer> peers, Consumer<RaftProperties> changes)
      throws IOException {
    int port = PeerUrl.parse(self.getAddress()).port();
    RaftSettings settings =
        new RaftSettings(
            data.resolve("raft"),
            data.resolve("ckpt"),
            PeerListen.loopback(port),
            null,
            100,
            2000,
            0,
            1 << 20,
            false);
    RaftProperties properties = settings.toProperties(/* alone= */ false);
    changes.accept(properties);
    LogAppenders appenders = new LogAppenders();
    ToyMachine machine = new ToyMachine(settings.checkpointDirectory(), appenders);
    Parameters parameters = new Parameters();
    AnswerThreads.use();
    appenders.putInto(parameters);
    GuardedGrpcFactory.putInto(parameters, new PeerDialer(null, urls -> urls));
    FollowerAppends appends = new FollowerAppends();
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) ->
            builder.directExecutor().callExecutor(new CallThreads()).intercept(appends));
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(self.getId())
            .setGroup(RaftGroup.valueOf(GROUP, peers))
            .setStateMachine(machine)
            .setProperties(properties)
            .setParameters(parameters)
            .setOption(RaftStorage.StartupOption.RECOVER)
            .build();
    appends.of(server.getDivision(GROUP));
    ToyServer started = new ToyServer(self, server, machine);
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    return started;
  }

  ToyMachine machine() {
    return machine;
  }

  RaftServer.Division division() throws IOException {
    return server.getDivision(GROUP);
  }

  boolean leads() {
    try {
      return division().getInfo().isLeaderReady();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void put(String value)
      throws IOException, ExecutionException, InterruptedException, TimeoutException {
    RaftClientReply reply = propose(value).get(60, TimeUnit.SECONDS);
    if (!reply.isSuccess()) {
      throw new IOException("put failed", reply.getException());
    }
  }

  CompletableFuture<RaftClientReply> propose(String value) throws IOException {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(self.getId())
            .setGroupId(GROUP)
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(value))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    return ((RaftClientAsynchronousProtocol) division()).submitClientRequestAsync(request);
  }

  void takeCheckpoint() throws IOException {
    RaftClientReply reply =
        server.snapshotManagement(
            SnapshotManagementRequest.newCreate(
                client, self.getId(), GROUP, calls.incrementAndGet(), 20_000, 1));
    if (!reply.isSuccess()) {
      throw new IOException("no checkpoint", reply.getException());
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
