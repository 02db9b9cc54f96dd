package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.RandomRequests.Request;
import io.metastore.adapter.zookeeper.RawClient.Packet;
import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.OpCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.Create2Response;
import org.apache.zookeeper.proto.CreateResponse;
import org.apache.zookeeper.proto.ErrorResponse;
import org.apache.zookeeper.proto.ExistsResponse;
import org.apache.zookeeper.proto.GetACLResponse;
import org.apache.zookeeper.proto.GetAllChildrenNumberResponse;
import org.apache.zookeeper.proto.GetChildren2Response;
import org.apache.zookeeper.proto.GetChildrenResponse;
import org.apache.zookeeper.proto.GetDataResponse;
import org.apache.zookeeper.proto.GetEphemeralsResponse;
import org.apache.zookeeper.proto.MultiHeader;
import org.apache.zookeeper.proto.SetACLResponse;
import org.apache.zookeeper.proto.SetDataResponse;
import org.apache.zookeeper.proto.SetSASLResponse;
import org.apache.zookeeper.proto.SyncResponse;
import org.apache.zookeeper.proto.WatcherEvent;
import org.apache.zookeeper.proto.WhoAmIResponse;

/**
 * Runs requests on one server, and writes down its packets as text that can be compared with the
 * text of another server: zxids are replaced by the number of the request that made the change,
 * session IDs by the number of the session, and times by whether they are set.
 */
final class Transcript implements AutoCloseable {
  private static final int XID_EVENT = -1;

  /** Begins the names of zxids at which a session ended. */
  private static final String END = "end";

  private final int port;
  private final RawClient[] clients;
  private final Map<Long, String> zxids = new HashMap<>(Map.of(0L, "z0", -1L, "z-1"));
  private final Map<Long, String> sessions = new HashMap<>(Map.of(0L, "none"));
  private int requests;

  Transcript(int port, int connections) throws IOException {
    this.port = port;
    this.clients = new RawClient[connections];
    for (int i = 0; i < connections; i++) {
      open(i);
    }
  }

  private void open(int connection) throws IOException {
    RawClient client = new RawClient(port);
    clients[connection] = client;
    sessions.put(client.session, "session" + sessions.size());
  }

  /**
   * Sends requests at once, and returns all packets up to the last reply. If the server closes the
   * connection, opens another one with a new session.
   */
  List<String> run(int connection, List<Request> batch) throws IOException {
    RawClient client = clients[connection];
    for (Request request : batch) {
      client.send(request.packet());
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < batch.size(); ) {
      Packet packet = client.receive();
      if (packet == null) {
        lines.add("closed");
        client.close();
        open(connection);
        break;
      }
      if (packet.header().getXid() == XID_EVENT) {
        WatcherEvent event = read(packet.body(), new WatcherEvent());
        lines.add(
            "event %s %s %s at %s"
                .formatted(
                    event.getType(),
                    event.getState(),
                    event.getPath(),
                    zxid(packet.header().getZxid())));
      } else {
        lines.add(reply(batch.get(i++), packet));
      }
    }
    sortEnds(lines);
    return lines;
  }

  /**
   * ZooKeeper keeps the ephemeral nodes of a session in a hash table: their order is not defined.
   */
  private static void sortEnds(List<String> lines) {
    int from = 0;
    while (from < lines.size()) {
      int to = from;
      while (to < lines.size() && lines.get(to).contains(" at " + END)) {
        to++;
      }
      lines.subList(from, to).sort(null);
      from = to + 1;
    }
  }

  private String reply(Request request, Packet packet) throws IOException {
    requests++;
    int error = packet.header().getErr();
    long zxid = packet.header().getZxid();
    if (error == ErrorCode.OK && isWrite(request.type())) {
      zxids.putIfAbsent(zxid, (request.isClose() ? END : "z") + requests);
    }
    String body = packet.bytes().available() == 0 ? "-" : body(request.type(), packet.body());
    return "reply %d %d %s%s".formatted(packet.header().getXid(), error, body, rest(packet));
  }

  private static String rest(Packet packet) throws IOException {
    int left = packet.bytes().available();
    return left == 0 ? "" : " and " + left + " more bytes";
  }

  private static boolean isWrite(int type) {
    return switch (type) {
      case OpCode.CREATE,
          OpCode.CREATE2,
          OpCode.CREATE_CONTAINER,
          OpCode.CREATE_TTL,
          OpCode.DELETE,
          OpCode.SET_DATA,
          OpCode.SET_ACL,
          OpCode.MULTI,
          OpCode.CLOSE_SESSION ->
          true;
      default -> false;
    };
  }

  private String body(int type, BinaryInputArchive in) throws IOException {
    return switch (type) {
      case OpCode.CREATE -> read(in, new CreateResponse()).getPath();
      case OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL -> {
        Create2Response created = read(in, new Create2Response());
        yield created.getPath() + " " + stat(created.getStat());
      }
      case OpCode.EXISTS -> stat(read(in, new ExistsResponse()).getStat());
      case OpCode.SET_DATA -> stat(read(in, new SetDataResponse()).getStat());
      case OpCode.SET_ACL -> stat(read(in, new SetACLResponse()).getStat());
      case OpCode.GET_DATA -> {
        GetDataResponse got = read(in, new GetDataResponse());
        yield Arrays.toString(got.getData()) + " " + stat(got.getStat());
      }
      case OpCode.GET_ACL -> {
        GetACLResponse got = read(in, new GetACLResponse());
        // ZooKeeper keeps a client's identities in a hash table, so their order is not defined.
        List<String> entries = got.getAcl().stream().map(Object::toString).toList();
        yield names(entries).replaceAll("\\s", "") + " " + stat(got.getStat());
      }
      case OpCode.GET_CHILDREN -> names(read(in, new GetChildrenResponse()).getChildren());
      case OpCode.GET_CHILDREN2 -> {
        GetChildren2Response got = read(in, new GetChildren2Response());
        yield names(got.getChildren()) + " " + stat(got.getStat());
      }
      case OpCode.GET_EPHEMERALS -> names(read(in, new GetEphemeralsResponse()).getEphemerals());
      case OpCode.GET_ALL_CHILDREN_NUMBER ->
          "" + read(in, new GetAllChildrenNumberResponse()).getTotalNumber();
      case OpCode.WHO_AM_I ->
          names(
              read(in, new WhoAmIResponse()).getClientInfo().stream()
                  .map(info -> info.getAuthScheme() + ":" + info.getUser())
                  .toList());
      case OpCode.SYNC -> read(in, new SyncResponse()).getPath();
      case OpCode.SASL -> Arrays.toString(read(in, new SetSASLResponse()).getToken());
      case OpCode.ADD_WATCH, OpCode.ERROR -> "" + read(in, new ErrorResponse()).getErr();
      case OpCode.MULTI, OpCode.MULTI_READ -> multi(in);
      case OpCode.DELETE, OpCode.CHECK -> "";
      default -> "unexpected body";
    };
  }

  private String multi(BinaryInputArchive in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (true) {
      MultiHeader header = read(in, new MultiHeader());
      text.append("[%d %s %d".formatted(header.getType(), header.getDone(), header.getErr()));
      if (header.getDone()) {
        return text.append(']').toString();
      }
      text.append(' ').append(body(header.getType(), in)).append(']');
    }
  }

  private String stat(Stat stat) {
    return "c=%s m=%s p=%s %s %s v=%d cv=%d av=%d owner=%s length=%d children=%d"
        .formatted(
            zxid(stat.getCzxid()),
            zxid(stat.getMzxid()),
            zxid(stat.getPzxid()),
            stat.getCtime() != 0,
            stat.getMtime() != 0,
            stat.getVersion(),
            stat.getCversion(),
            stat.getAversion(),
            sessions.get(stat.getEphemeralOwner()),
            stat.getDataLength(),
            stat.getNumChildren());
  }

  /** Unknown if no reply has told it yet: an event comes before the reply to its own request. */
  private String zxid(long zxid) {
    return Objects.requireNonNullElse(zxids.get(zxid), "unknown");
  }

  private static String names(List<String> names) {
    return names.stream().sorted().toList().toString();
  }

  private static <T extends Record> T read(BinaryInputArchive in, T record) throws IOException {
    record.deserialize(in, "");
    return record;
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }
}
