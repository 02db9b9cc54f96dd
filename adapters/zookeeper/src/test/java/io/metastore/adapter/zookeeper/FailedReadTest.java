package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.GetAllChildrenNumberRequest;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose tree cannot be read: clients must not wait for its answers. */
class FailedReadTest {
  @TempDir Path directory;
  private TestServer server;

  /** The method of {@link TreeView} that fails. */
  private volatile String failing = "";

  @BeforeEach
  void start() throws Exception {
    server = TestServer.over(directory, store -> wrap(Metastore.class, store));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aReadThatFailsClosesItsConnection() throws Exception {
    failing = "find";
    assertThat(isClosedAfter(OpCode.getData, new GetDataRequest("/", false))).isTrue();
  }

  @Test
  void aReadThatFailsOnAnotherThreadClosesItsConnection() throws Exception {
    failing = "countDescendants";
    assertThat(isClosedAfter(OpCode.getAllChildrenNumber, new GetAllChildrenNumberRequest("/")))
        .isTrue();
  }

  @Test
  void aViewThatCannotBeOpenedClosesTheConnection() throws Exception {
    failing = "view";
    assertThat(isClosedAfter(OpCode.getData, new GetDataRequest("/", false))).isTrue();
  }

  @Test
  void aFourLetterWordThatFailsClosesItsConnection() throws Exception {
    failing = "totals";
    assertThat(server.raw("srvr".getBytes(StandardCharsets.UTF_8))).isEmpty();
    failing = "view";
    assertThat(server.raw("srvr".getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  private boolean isClosedAfter(int type, Record body) throws Exception {
    String failure = failing;
    failing = "";
    try (RawClient client = new RawClient(server.port())) {
      failing = failure;
      client.send(ByteBuffer.wrap(RawClient.encode(new RequestHeader(1, type), body)));
      return client.receive() == null;
    }
  }

  /** Wraps a store, its views and their trees. */
  private <T> T wrap(Class<T> type, T target) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals(failing)) {
            RuntimeException failure = new IllegalStateException("a test's failure");
            if (failing.equals("view")) {
              return CompletableFuture.failedFuture(failure);
            }
            throw failure;
          }
          try {
            Object result = method.invoke(target, arguments);
            if (method.getName().equals("view")) {
              return ((CompletableFuture<?>) result)
                  .thenApply(view -> wrap(ReadView.class, (ReadView) view));
            }
            return method.getName().equals("tree")
                ? wrap(TreeView.class, (TreeView) result)
                : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
