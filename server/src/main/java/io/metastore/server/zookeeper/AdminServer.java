package io.metastore.server.zookeeper;

import static java.util.Objects.requireNonNullElse;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.metastore.adapter.etcd.port.HttpAnswer;
import io.metastore.adapter.etcd.port.HttpHandler;
import io.metastore.adapter.etcd.port.HttpReply;
import io.metastore.adapter.etcd.port.HttpSite;
import io.metastore.adapter.zookeeper.ZookeeperPort;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Identity;
import io.metastore.server.config.ServerConfig;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper's AdminServer: {@code /commands} lists the commands, and {@code /commands/NAME} runs
 * one and answers with JSON. {@code /commands/snapshot} sends a snapshot from which ZooKeeper can
 * start.
 */
public final class AdminServer implements HttpHandler {
  /** The path of the list of commands. */
  public static final String ROOT = "/commands";

  private static final String JSON = "application/json";
  private static final String SNAPSHOT = "snapshot";
  private static final String RESTORE = "restore";
  private static final String SET_TRACE_MASK = "set_trace_mask";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  private final Metastore store;
  private final AdminCommands commands;
  private final ZookeeperPort port;
  private final AtomicBoolean sendingSnapshot = new AtomicBoolean();

  public AdminServer(ServerConfig config, Metastore store, ZookeeperPort port) {
    this.store = store;
    this.commands = new AdminCommands(config, store, port.status());
    this.port = port;
  }

  @Override
  public void serve(FullHttpRequest request, HttpReply reply) {
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    String path = HttpSite.path(uri.path());
    String name = path.length() <= ROOT.length() ? "" : path.substring(ROOT.length() + 1);
    String auth = requireNonNullElse(request.headers().get(HttpHeaderNames.AUTHORIZATION), "");
    if (!path.equals(ROOT) && !path.startsWith(ROOT + "/")) {
      reply.send(error(HttpResponseStatus.NOT_FOUND, name, "Not Found"));
    } else if (name.isEmpty()) {
      reply.send(list());
    } else {
      store
          .view(Consistency.SERIALIZABLE)
          .whenCompleteAsync(
              (view, failure) -> {
                if (failure == null) {
                  run(name, auth, view, reply);
                } else {
                  send(
                      reply,
                      error(
                          HttpResponseStatus.SERVICE_UNAVAILABLE,
                          name,
                          "This ZooKeeper instance is not currently serving requests"));
                }
              },
              store.scans());
    }
  }

  /** There is no command over a WebSocket. */
  @Override
  public Messages open(FullHttpRequest request, HttpReply reply) {
    reply.send(error(HttpResponseStatus.NOT_FOUND, "", "Not Found"));
    return new Messages() {
      @Override
      public void take(byte[] message) {}

      @Override
      public void end() {}
    };
  }

  private void run(String asked, String auth, ReadView view, HttpReply reply) {
    boolean keepView = false;
    try {
      String name = commands.findName(asked);
      if (asked.equals(SNAPSHOT) || asked.equals("snap")) {
        keepView = sendSnapshot(auth, view, reply);
      } else if (asked.equals(RESTORE) || asked.equals("rest")) {
        send(
            reply,
            error(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                RESTORE,
                "a running member cannot be restored; see: metastore import zookeeper"));
      } else if (asked.equals(SET_TRACE_MASK) || asked.equals("stmk")) {
        send(
            reply,
            error(
                HttpResponseStatus.OK,
                SET_TRACE_MASK,
                "setTraceMask requires long traceMask argument"));
      } else if (name == null) {
        send(reply, error(HttpResponseStatus.NOT_FOUND, asked, "Unknown command: " + asked));
      } else {
        send(reply, json(HttpResponseStatus.OK, name, null, commands.run(name, view.tree())));
      }
    } catch (RuntimeException e) {
      send(reply, error(HttpResponseStatus.INTERNAL_SERVER_ERROR, asked, String.valueOf(e)));
    } finally {
      if (!keepView) {
        view.close();
      }
    }
  }

  /**
   * Starts to send a snapshot.
   *
   * @return whether that closes the view
   */
  private boolean sendSnapshot(String auth, ReadView view, HttpReply reply) {
    HttpResponseStatus status = HttpResponseStatus.UNAUTHORIZED;
    String refusal = "";
    if (auth.isEmpty()) {
      refusal = "Auth info is missing for the command";
    } else if (!isPermitted(auth, view.tree())) {
      status = HttpResponseStatus.FORBIDDEN;
      refusal = "Not authorized for the command";
    } else if (view.findCorruption() != null) {
      status = HttpResponseStatus.INTERNAL_SERVER_ERROR;
      refusal = "the data of this member is wrong";
    } else if (!sendingSnapshot.compareAndSet(false, true)) {
      status = HttpResponseStatus.TOO_MANY_REQUESTS;
      refusal = "another snapshot is being sent";
    }
    if (!refusal.isEmpty()) {
      send(reply, error(status, SNAPSHOT, refusal));
      return false;
    }
    SnapshotSender.start(view, reply, () -> sendingSnapshot.set(false));
    return true;
  }

  /** As in ZooKeeper, the client needs all rights on the root node. */
  private boolean isPermitted(String auth, TreeView tree) {
    String[] parts = auth.split("\\s+", 2);
    List<Identity> client = parts.length < 2 ? List.of() : port.authenticate(parts[0], parts[1]);
    TreeView.Node root = tree.find("/");
    return !client.isEmpty()
        && root != null
        && List.of(ZnodeAcl.READ, ZnodeAcl.WRITE, ZnodeAcl.CREATE, ZnodeAcl.DELETE, ZnodeAcl.ADMIN)
            .stream()
            .allMatch(right -> root.acl().permits(right, client));
  }

  private HttpAnswer list() {
    StringBuilder html = new StringBuilder();
    for (String name : commands.names()) {
      html.append("<a href=\"%s/%s\">%s</a>\n<br/>\n".formatted(ROOT, name, name));
    }
    return HttpAnswer.ok("text/html;charset=utf-8", html.toString());
  }

  private static void send(HttpReply reply, HttpAnswer answer) {
    reply.loop().execute(() -> reply.send(answer));
  }

  private static HttpAnswer error(HttpResponseStatus status, String command, String text) {
    return json(status, command, text, Map.of());
  }

  private static HttpAnswer json(
      HttpResponseStatus status,
      String command,
      @Nullable String error,
      Map<String, Object> fields) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(fields);
    all.put("command", command);
    all.put("error", error);
    return new HttpAnswer(status, JSON, GSON.toJson(all), Map.of());
  }
}
