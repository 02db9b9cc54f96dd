package io.metastore.adapter.zookeeper.wire;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.wire.JuteReader.Malformed;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.CheckNode;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.DeleteNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.SetNodeAcl;
import io.metastore.core.command.SetNodeData;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decodes the bodies of packets to requests. */
public final class RequestDecoder {
  /** The largest TTL of a node. Source: {@code EphemeralType.TTL}. */
  private static final long TTL_MS_MAX = (1L << 40) - 1;

  /** Flags of create requests. Source: {@code CreateMode}. */
  private static final int EPHEMERAL = 1;

  private static final int SEQUENTIAL = 2;
  private static final int EPHEMERAL_SEQUENTIAL = 3;
  private static final int CONTAINER = 4;
  private static final int TTL = 5;
  private static final int SEQUENTIAL_TTL = 6;

  /** The path of a request with an invalid TTL, for which it is refused later. */
  private static final String INVALID_TTL = "";

  private RequestDecoder() {}

  /**
   * Decodes the part after the request's header.
   *
   * @param type the type in the header
   */
  public static Request decode(int type, JuteReader in) {
    try {
      return switch (type) {
        case OpCode.CREATE,
            OpCode.CREATE2,
            OpCode.CREATE_CONTAINER,
            OpCode.CREATE_TTL,
            OpCode.DELETE,
            OpCode.SET_DATA,
            OpCode.SET_ACL ->
            Objects.requireNonNullElseGet(
                findChange(type, in), () -> new Request.Refused(ErrorCode.BAD_ARGUMENTS, false));
        case OpCode.MULTI -> multi(in);
        case OpCode.CLOSE_SESSION -> new Request.CloseSession();
        case OpCode.EXISTS -> new Request.Exists(in.string(), in.bool());
        case OpCode.GET_DATA, OpCode.GET_CHILDREN -> read(type, in, true);
        case OpCode.GET_CHILDREN2 -> new Request.GetChildren(in.string(), in.bool(), true);
        case OpCode.GET_ACL -> new Request.GetAcl(in.string());
        case OpCode.GET_ALL_CHILDREN_NUMBER -> new Request.CountDescendants(in.string());
        case OpCode.GET_EPHEMERALS -> new Request.GetEphemerals(in.string());
        case OpCode.MULTI_READ -> multiRead(in);
        case OpCode.ADD_WATCH -> addWatch(in);
        case OpCode.CHECK_WATCHES -> removeWatches(in, true);
        case OpCode.REMOVE_WATCHES -> removeWatches(in, false);
        case OpCode.SET_WATCHES -> setWatches(in, false);
        case OpCode.SET_WATCHES2 -> setWatches(in, true);
        case OpCode.WHO_AM_I -> new Request.WhoAmI();
        case OpCode.PING -> new Request.Ping();
        case OpCode.SYNC -> new Request.Sync(in.string());
        case OpCode.AUTH -> authenticate(in);
        case OpCode.SASL ->
            new Request.Sasl(Objects.requireNonNullElse(in.buffer(), ByteString.EMPTY));
        case OpCode.RECONFIG ->
            new Request.Reconfig(in.findString(), in.findString(), in.findString(), in.int64());
        default -> new Request.Refused(ErrorCode.UNIMPLEMENTED, true);
      };
    } catch (Malformed e) {
      return new Request.Refused(ErrorCode.MARSHALLING_ERROR, false);
    }
  }

  private static Request multi(JuteReader in) throws Malformed {
    List<Request.Change> changes = new ArrayList<>();
    while (true) {
      int type = in.int32();
      boolean done = in.bool();
      in.int32(); // error field, unused in requests
      if (done) {
        return new Request.Multi(changes);
      }
      if (type == OpCode.SET_ACL) {
        throw new Malformed("not permitted in a multi: " + type);
      }
      Request.Change change = findChange(type, in);
      if (change == null) {
        throw new Malformed("unknown flags");
      }
      changes.add(change);
    }
  }

  private static Request multiRead(JuteReader in) throws Malformed {
    List<Request.Read> reads = new ArrayList<>();
    while (true) {
      int type = in.int32();
      boolean done = in.bool();
      in.int32(); // error field, unused in requests
      if (done) {
        return new Request.MultiRead(reads);
      }
      reads.add(read(type, in, false));
    }
  }

  /**
   * @param mayWatch whether the request can set a watch; one for several reads cannot, although it
   *     has the field
   */
  private static Request.Read read(int type, JuteReader in, boolean mayWatch) throws Malformed {
    String path = in.string();
    boolean watch = in.bool() && mayWatch;
    return switch (type) {
      case OpCode.GET_DATA -> new Request.GetData(path, watch);
      case OpCode.GET_CHILDREN -> new Request.GetChildren(path, watch, false);
      default -> throw new Malformed("not a read: " + type);
    };
  }

  /** Null if a node is to be created with unknown flags. */
  private static Request.@Nullable Change findChange(int type, JuteReader in) throws Malformed {
    NodeOp.Builder op = NodeOp.newBuilder();
    switch (type) {
      case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL -> {
        CreateNode create = create(type, in);
        if (create == null) {
          return null;
        }
        op.setCreate(create);
      }
      case OpCode.DELETE ->
          op.setDelete(DeleteNode.newBuilder().setPath(in.string()).setVersion(in.int32()));
      case OpCode.SET_DATA -> op.setSetData(setData(in));
      case OpCode.SET_ACL ->
          op.setSetAcl(
              SetNodeAcl.newBuilder()
                  .setPath(in.string())
                  .addAllAcl(acl(in))
                  .setAclVersion(in.int32()));
      case OpCode.CHECK ->
          op.setCheck(CheckNode.newBuilder().setPath(in.string()).setVersion(in.int32()));
      default -> throw new Malformed("not a change: " + type);
    }
    return new Request.Change(type, op.build());
  }

  private static @Nullable CreateNode create(int type, JuteReader in) throws Malformed {
    CreateNode.Builder create = CreateNode.newBuilder();
    String path = in.string();
    ByteString data = in.buffer();
    if (data != null) {
      create.setData(data);
    }
    create.addAllAcl(acl(in));
    int flags = in.int32();
    // As in ZooKeeper, the kind of the node depends on the flags only, not on the request's type.
    long ttlMs = type == OpCode.CREATE_TTL ? in.int64() : 0;
    boolean ttl = flags == TTL || flags == SEQUENTIAL_TTL;
    if (flags < 0 || flags > SEQUENTIAL_TTL) {
      return null;
    }
    if (ttl && (ttlMs <= 0 || ttlMs > TTL_MS_MAX)) {
      path = INVALID_TTL;
    }
    if (ttl) {
      create.setKind(CreateNode.Kind.TTL).setTtlMs(ttlMs);
    } else if (flags == CONTAINER) {
      create.setKind(CreateNode.Kind.CONTAINER);
    } else if (flags == EPHEMERAL || flags == EPHEMERAL_SEQUENTIAL) {
      create.setKind(CreateNode.Kind.EPHEMERAL);
    }
    return create
        .setPath(path)
        .setSequential(
            flags == SEQUENTIAL || flags == EPHEMERAL_SEQUENTIAL || flags == SEQUENTIAL_TTL)
        .build();
  }

  private static SetNodeData setData(JuteReader in) throws Malformed {
    SetNodeData.Builder set = SetNodeData.newBuilder().setPath(in.string());
    ByteString data = in.buffer();
    if (data != null) {
      set.setData(data);
    }
    return set.setVersion(in.int32()).build();
  }

  private static List<AclEntry> acl(JuteReader in) throws Malformed {
    List<AclEntry> entries = new ArrayList<>();
    for (int left = in.int32(); left > 0; left--) {
      entries.add(
          AclEntry.newBuilder()
              .setPermissions(in.int32())
              .setIdentity(Identity.newBuilder().setScheme(in.string()).setId(in.string()))
              .build());
    }
    return entries;
  }

  private static Request addWatch(JuteReader in) throws Malformed {
    String path = in.string();
    return switch (in.int32()) {
      case 0 -> new Request.AddWatch(path, false);
      case 1 -> new Request.AddWatch(path, true);
      default -> new Request.Refused(ErrorCode.MARSHALLING_ERROR, false);
    };
  }

  private static Request removeWatches(JuteReader in, boolean onlyCheck) throws Malformed {
    String path = in.string();
    WatchType type = WatchType.find(in.int32());
    return type == null
        ? new Request.Refused(ErrorCode.MARSHALLING_ERROR, false)
        : new Request.RemoveWatches(path, type, onlyCheck);
  }

  private static Request setWatches(JuteReader in, boolean withPersistent) throws Malformed {
    return new Request.SetWatches(
        in.int64(),
        in.strings(),
        in.strings(),
        in.strings(),
        withPersistent ? in.strings() : List.of(),
        withPersistent ? in.strings() : List.of());
  }

  private static Request authenticate(JuteReader in) throws Malformed {
    in.int32(); // type, always 0
    String scheme = in.string();
    return new Request.Authenticate(scheme, in.buffer());
  }
}
