package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.metastore.api.v1.CompactRequest;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.PutRequest;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompactTest {
  @SuppressWarnings("NullAway.Init") // set before each test
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before each test
  private KeyValueGrpc.KeyValueBlockingStub kv;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    kv = KeyValueGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void compactedRevisionsCannotBeRead() {
    long first = put("/a", "1");
    long second = put("/a", "2");

    assertThat(compact(second, true)).isEqualTo(second);
    assertThat(compact(second, false)).as("once more does no harm").isEqualTo(second);

    assertThat(read("/a", second)).isEqualTo("2");
    assertThat(reasonOf(() -> read("/a", first))).isEqualTo(Reason.COMPACTED);
  }

  @Test
  void withoutARevisionTheCurrentOneIsCompacted() {
    put("/a", "1");
    long second = put("/a", "2");

    assertThat(compact(0, false)).isEqualTo(second);
  }

  @Test
  void futureRevisionIsRefused() {
    long newest = put("/a", "1");

    assertThat(reasonOf(() -> compact(newest + 1, false))).isEqualTo(Reason.FUTURE_REVISION);
    assertThat(reasonOf(() -> compact(-1, false))).isEqualTo(Reason.BAD_REQUEST);
  }

  private long put(String key, String value) {
    return kv.put(
            PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build())
        .getRevision();
  }

  private String read(String key, long revision) {
    return kv.get(GetRequest.newBuilder().setKey(key).setRevision(revision).build())
        .getEntry()
        .getValue()
        .toStringUtf8();
  }

  private long compact(long revision, boolean wait) {
    return kv.compact(CompactRequest.newBuilder().setRevision(revision).setWait(wait).build())
        .getRevision();
  }

  private static Reason reasonOf(ThrowingCallable call) {
    StatusRuntimeException failure =
        Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
    return NativeServer.errorOf(failure).getReason();
  }
}
