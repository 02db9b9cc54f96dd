package io.metastore.bench.znode;

import java.util.SplittableRandom;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Creates the clients' operations. Every client has its own random numbers. */
final class Operations {
  static final String ROOT = "/bench";

  private static final int ANY_VERSION = -1;

  private final Sessions sessions;
  private final int nodes;
  private final byte[] data;

  Operations(Sessions sessions, int nodes, int dataBytes) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.data = randomBytes(dataBytes);
  }

  /** Bytes that do not compress. */
  static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(1).nextBytes(bytes);
    return bytes;
  }

  /** The path of an existing node. */
  static String path(int node) {
    return ROOT + "/node-" + node;
  }

  Operation of(ZnodeWork.Kind kind, int client) {
    ZooKeeper session = sessions.of(client);
    SplittableRandom random = new SplittableRandom(client);
    return switch (kind) {
      case SET_DATA ->
          (number, ended) ->
              session.setData(
                  path(random.nextInt(nodes)),
                  data,
                  ANY_VERSION,
                  (code, path, context, stat) -> ended.with(code),
                  null);
      case CREATE ->
          (number, ended) -> create(session, "%s/new-%d-%d".formatted(ROOT, client, number), ended);
      case GET_DATA ->
          (number, ended) ->
              session.getData(
                  path(random.nextInt(nodes)),
                  false,
                  (code, path, context, found, stat) -> ended.with(code),
                  null);
      case SESSION -> (number, ended) -> oneSession(client, ended);
    };
  }

  /** Creates a persistent node. */
  void create(ZooKeeper session, String path, Operation.Ended ended) {
    create(session, path, CreateMode.PERSISTENT, ended);
  }

  private void create(ZooKeeper session, String path, CreateMode mode, Operation.Ended ended) {
    session.create(
        path,
        data,
        Ids.OPEN_ACL_UNSAFE,
        mode,
        (code, asked, context, created) -> ended.with(code),
        null);
  }

  private void oneSession(int client, Operation.Ended ended) {
    Sessions.Connecting opened = sessions.connect(client);
    // If the session is never connected, the loop reports at its end that an operation has no
    // answer.
    var unused =
        opened
            .connected()
            .thenRun(
                () ->
                    create(
                        opened.session(),
                        ROOT + "/session-" + client,
                        CreateMode.EPHEMERAL,
                        code -> close(opened.session(), code, ended)));
  }

  private static void close(ZooKeeper session, int code, Operation.Ended ended) {
    try {
      session.close();
      ended.with(code);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
