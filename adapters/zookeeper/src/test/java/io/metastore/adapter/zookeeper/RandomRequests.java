package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.OpCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.AuthPacket;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.CheckWatchesRequest;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.CreateTTLRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.GetACLRequest;
import org.apache.zookeeper.proto.GetAllChildrenNumberRequest;
import org.apache.zookeeper.proto.GetChildren2Request;
import org.apache.zookeeper.proto.GetChildrenRequest;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.GetEphemeralsRequest;
import org.apache.zookeeper.proto.GetSASLRequest;
import org.apache.zookeeper.proto.MultiHeader;
import org.apache.zookeeper.proto.ReconfigRequest;
import org.apache.zookeeper.proto.RemoveWatchesRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SetACLRequest;
import org.apache.zookeeper.proto.SetDataRequest;
import org.apache.zookeeper.proto.SetWatches;
import org.apache.zookeeper.proto.SetWatches2;
import org.apache.zookeeper.proto.SyncRequest;

/** Generates requests of all types from a seed. They use few paths, so that many collide. */
final class RandomRequests {
  private static final int UNKNOWN = 999;
  private static final int XID_PING = -2;
  private static final int XID_AUTH = -4;
  private static final int XID_SET_WATCHES = -8;
  private static final List<String> PATHS =
      List.of(
          "/a",
          "/a/b",
          "/a/b/c",
          "/a/c",
          "/ab",
          "/d",
          "/d/e",
          "/d/e/f",
          "/",
          "/zookeeper",
          "/zookeeper/config",
          "/zookeeper/quota",
          "/zookeeper/quota/a",
          "/zookeeper/quota/a/zookeeper_limits",
          "/zookeeper/quota/a/zookeeper_stats");
  private static final List<String> BAD_PATHS =
      List.of("", "a", "/a/", "//a", "/a/.", "/a/../b", "/a\u0001", "/a\ud83d\ude00", "/\ufff5");
  private static final List<String> LIMITS =
      List.of("count=2,bytes=9", "count=-1,bytes=-1=;byteHardLimit=20;countHardLimit=4");

  private final Random random;
  private int lastXid;

  RandomRequests(Random random) {
    this.random = random;
  }

  /**
   * A request.
   *
   * @param concernsQuota whether it changes a quota, or nodes to which a quota may apply
   * @param text for messages
   */
  record Request(int xid, int type, ByteBuffer packet, boolean concernsQuota, String text) {
    boolean isClose() {
      return type == OpCode.CLOSE_SESSION;
    }

    boolean isAuth() {
      return type == OpCode.AUTH;
    }

    /** Whether a ZooKeeper may answer it before earlier requests, or instead of them. */
    boolean mayOvertake() {
      return switch (type) {
        case OpCode.AUTH, OpCode.SASL, OpCode.CHECK, OpCode.CLOSE_SESSION, UNKNOWN -> true;
        default -> false;
      };
    }
  }

  Request ping() {
    return request(XID_PING, OpCode.PING);
  }

  Request next() {
    return switch (random.nextInt(40)) {
      case 0 -> ping();
      case 1 -> auth();
      case 2 -> setWatches();
      case 3 -> request(OpCode.SYNC, new SyncRequest(path()));
      case 4 -> request(OpCode.WHO_AM_I);
      case 5 -> request(OpCode.GET_EPHEMERALS, new GetEphemeralsRequest(prefix()));
      case 6 ->
          request(OpCode.GET_ALL_CHILDREN_NUMBER, new GetAllChildrenNumberRequest(goodPath()));
      case 7 -> request(OpCode.REMOVE_WATCHES, new RemoveWatchesRequest(path(), watchType()));
      case 8 -> request(OpCode.CHECK_WATCHES, new CheckWatchesRequest(path(), watchType()));
      case 9 -> request(OpCode.ADD_WATCH, new AddWatchRequest(path(), random.nextInt(12) % 3 % 2));
      case 10 -> request(OpCode.GET_ACL, new GetACLRequest(path()));
      case 11, 12 -> request(OpCode.EXISTS, new ExistsRequest(path(), random.nextBoolean()));
      case 13, 14 -> request(OpCode.GET_DATA, new GetDataRequest(path(), random.nextBoolean()));
      case 15 -> request(OpCode.GET_CHILDREN, new GetChildrenRequest(path(), random.nextBoolean()));
      case 16, 17 ->
          request(OpCode.GET_CHILDREN2, new GetChildren2Request(path(), random.nextBoolean()));
      case 18 -> multiRead();
      case 19, 20, 21, 22, 23, 24 -> multi();
      case 25 -> rare();
      default -> {
        Change change = change();
        yield request(++lastXid, change.type(), change.concernsQuota(), change.body());
      }
    };
  }

  private Request rare() {
    return switch (random.nextInt(6)) {
      case 0 -> request(OpCode.RECONFIG, new ReconfigRequest("", "1", "", -1));
      case 1 -> request(OpCode.SASL, new GetSASLRequest(new byte[0]));
      case 2 -> request(OpCode.CHECK, new CheckVersionRequest("/a", -1));
      case 3 -> request(UNKNOWN);
      case 4 -> request(OpCode.CLOSE_SESSION);
      default -> request(OpCode.ADD_WATCH, new AddWatchRequest("/a", 7));
    };
  }

  private Request auth() {
    String user = random.nextInt(8) == 0 ? "admin:admin" : random.nextBoolean() ? "u:1" : "v:2";
    String scheme = random.nextInt(20) == 0 ? "nope" : random.nextInt(8) == 0 ? "ip" : "digest";
    // Go's client numbers it like other requests.
    int xid = random.nextBoolean() ? XID_AUTH : ++lastXid;
    return request(
        xid, OpCode.AUTH, new AuthPacket(0, scheme, user.getBytes(StandardCharsets.UTF_8)));
  }

  /** Since zxid 0 or the largest, because the servers count zxids differently. */
  private Request setWatches() {
    long since = random.nextBoolean() ? 0 : Long.MAX_VALUE;
    List<String> data = paths();
    List<String> exist = paths();
    List<String> child = paths();
    return random.nextBoolean()
        ? request(XID_SET_WATCHES, OpCode.SET_WATCHES, new SetWatches(since, data, exist, child))
        : request(
            XID_SET_WATCHES,
            OpCode.SET_WATCHES2,
            new SetWatches2(since, data, exist, child, paths(), paths()));
  }

  private List<String> paths() {
    Set<String> paths = new LinkedHashSet<>();
    while (random.nextInt(3) == 0) {
      paths.add(path());
    }
    return List.copyOf(paths);
  }

  private Request multiRead() {
    List<Record> parts = new ArrayList<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      boolean data = random.nextBoolean();
      parts.add(new MultiHeader(data ? OpCode.GET_DATA : OpCode.GET_CHILDREN, false, -1));
      parts.add(
          data
              ? new GetDataRequest(path(), random.nextInt(4) == 0)
              : new GetChildrenRequest(path(), random.nextInt(4) == 0));
    }
    parts.add(new MultiHeader(-1, true, -1));
    return request(OpCode.MULTI_READ, parts.toArray(Record[]::new));
  }

  private Request multi() {
    List<Record> parts = new ArrayList<>();
    boolean concernsQuota = false;
    for (int left = random.nextInt(5); left > 0; left--) {
      Change change = random.nextInt(4) == 0 ? check(path()) : change();
      concernsQuota |= change.concernsQuota();
      parts.add(new MultiHeader(change.type(), false, -1));
      parts.add(change.body());
    }
    parts.add(new MultiHeader(-1, true, -1));
    return request(++lastXid, OpCode.MULTI, concernsQuota, parts.toArray(Record[]::new));
  }

  private record Change(int type, String path, Record body) {
    boolean concernsQuota() {
      return (path + "/").startsWith("/a/") || path.startsWith("/zookeeper/quota/");
    }
  }

  private Change check(String path) {
    return new Change(OpCode.CHECK, path, new CheckVersionRequest(path, version()));
  }

  private Change change() {
    String path = path();
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> create(path);
      case 5, 6, 7 -> new Change(OpCode.DELETE, path, new DeleteRequest(path, version()));
      case 8 -> new Change(OpCode.SET_ACL, path, new SetACLRequest(path, acl(), version()));
      default -> new Change(OpCode.SET_DATA, path, new SetDataRequest(path, data(path), version()));
    };
  }

  private Change create(String path) {
    // Mostly ordinary nodes, for the tree to grow.
    int flags = random.nextInt(3) > 0 ? 0 : random.nextInt(40) == 0 ? 9 : random.nextInt(4);
    return switch (random.nextInt(12)) {
      case 0 ->
          new Change(
              OpCode.CREATE_TTL,
              path,
              new CreateTTLRequest(
                  path,
                  data(path),
                  acl(),
                  5 + random.nextInt(2),
                  random.nextInt(8) == 0 ? -1 : 1_000_000));
      case 1 ->
          new Change(OpCode.CREATE_CONTAINER, path, new CreateRequest(path, data(path), acl(), 4));
      case 2, 3, 4, 5 ->
          new Change(OpCode.CREATE2, path, new CreateRequest(path, data(path), acl(), flags));
      default -> new Change(OpCode.CREATE, path, new CreateRequest(path, data(path), acl(), flags));
    };
  }

  private List<ACL> acl() {
    return switch (random.nextInt(16)) {
      case 0 -> List.of();
      case 1 -> Ids.CREATOR_ALL_ACL;
      case 2 -> Ids.READ_ACL_UNSAFE;
      case 3 ->
          List.of(
              new ACL(1 + random.nextInt(31), Ids.AUTH_IDS),
              new ACL(random.nextInt(32), Ids.ANYONE_ID_UNSAFE));
      case 4 -> List.of(new ACL(31, new Id("ip", random.nextBoolean() ? "127.0.0.1/8" : "1.2.3")));
      case 5 -> List.of(new ACL(31, new Id("digest", random.nextBoolean() ? "u:hash" : "u")));
      case 6 -> List.of(new ACL(31, new Id(random.nextBoolean() ? "nope" : "world", "somebody")));
      default -> Ids.OPEN_ACL_UNSAFE;
    };
  }

  private String path() {
    return random.nextInt(60) == 0 ? BAD_PATHS.get(random.nextInt(BAD_PATHS.size())) : goodPath();
  }

  private String goodPath() {
    return PATHS.get(random.nextInt(PATHS.size()));
  }

  private String prefix() {
    return random.nextBoolean() ? "/" : random.nextBoolean() ? "" : path();
  }

  private byte[] data(String path) {
    // ZooKeeper does not survive other texts in the nodes of a quota.
    String text =
        path.endsWith("_limits")
            ? LIMITS.get(random.nextInt(LIMITS.size()))
            : path.endsWith("_stats") ? "count=0,bytes=0" : "x".repeat(random.nextInt(9));
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private int version() {
    return random.nextInt(3) > 0 ? -1 : random.nextInt(20) == 0 ? -2 : random.nextInt(3);
  }

  private int watchType() {
    return random.nextInt(30) == 0 ? 9 : 1 + random.nextInt(5);
  }

  private Request request(int type, Record... body) {
    return request(++lastXid, type, body);
  }

  private static Request request(int xid, int type, Record... body) {
    return request(xid, type, false, body);
  }

  private static Request request(int xid, int type, boolean concernsQuota, Record... body) {
    Record[] all = new Record[body.length + 1];
    all[0] = new RequestHeader(xid, type);
    System.arraycopy(body, 0, all, 1, body.length);
    StringBuilder text = new StringBuilder();
    for (Record record : all) {
      text.append(record.getClass().getSimpleName()).append('(').append(record.toString().strip());
      text.append(") ");
    }
    try {
      return new Request(
          xid, type, ByteBuffer.wrap(RawClient.encode(all)), concernsQuota, text.toString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
