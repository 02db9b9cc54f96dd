package io.metastore.compat.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.OneNode;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc.KVBlockingStub;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The shared member, accessed through stubs and through sockets. */
@ExtendWith(OneNode.class)
abstract class WireSuite {
  private static final AtomicInteger KEYS = new AtomicInteger();

  ServerProcess server;
  ManagedChannel channel;

  @BeforeEach
  void connect(ClusterProcesses cluster) {
    server = cluster.only();
    channel = server.channel();
  }

  /** A key that no other test uses. */
  static ByteString freshKey() {
    return utf8("wire/" + KEYS.incrementAndGet());
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  static PutRequest put(ByteString key, String value) {
    return PutRequest.newBuilder().setKey(key).setValue(utf8(value)).build();
  }

  static RangeRequest range(ByteString key) {
    return RangeRequest.newBuilder().setKey(key).build();
  }

  /** The server's error, as {@code CODE: text}. */
  static String refusal(Callable<?> call) throws Exception {
    try {
      throw new AssertionError("was not refused: " + call.call());
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      return status.getCode() + ": " + status.getDescription();
    }
  }

  /** Checks that the server still serves, whatever the test did to it. */
  void assertServes() {
    ByteString key = freshKey();
    kv().put(put(key, "v"));
    assertThat(kv().range(range(key)).getKvs(0).getValue()).isEqualTo(utf8("v"));
  }
}
