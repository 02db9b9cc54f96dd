package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.metastore.core.command.CheckpointLeases;
import io.metastore.core.command.Command;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Translates the entries of etcd's Raft log. An entry is a message with a header, an ID and one of
 * the requests of the API, whose field number tells its type. Source: etcd's {@code
 * InternalRaftRequest}.
 */
public final class RaftRequests {
  private static final int HEADER = 100;
  private static final int HEADER_AUTH_REVISION = 3;
  private static final int LEASE_CHECKPOINT = 11;

  /** Source: etcd's {@code minLeaseTTL} with the default election timeout. */
  private static final long LEASE_TTL_MIN = 2;

  private RaftRequests() {}

  /**
   * The command that does the same as an entry.
   *
   * @param authRevision the auth revision of the store, for entries that members proposed
   *     themselves
   * @return null if the entry changes no data
   * @throws UnsupportedOperationException for an entry that cannot be translated
   * @throws IOException if the entry is damaged
   */
  public static @Nullable Command toCommand(byte[] entry, long authRevision) throws IOException {
    try {
      return parse(entry, authRevision);
    } catch (InvalidProtocolBufferException e) {
      // As in etcd: it is then a request of the v2 API, with which members of etcd 3.4 tell their
      // names.
      return null;
    }
  }

  private static @Nullable Command parse(byte[] entry, long authRevision) throws IOException {
    long checked = 0;
    Command command = null;
    CodedInputStream in = CodedInputStream.newInstance(entry);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
      } else if (field == HEADER) {
        checked = number(in.readBytes(), HEADER_AUTH_REVISION);
      } else {
        command = toCommand(field, in.readBytes());
      }
    }
    return command == null
        ? null
        : command.toBuilder().setAuthRevision(checked == 0 ? authRevision : checked).build();
  }

  private static @Nullable Command toCommand(int field, ByteString request) throws IOException {
    return switch (field) {
      case 4 -> txn(TxnTranslator.toTxn(PutTranslator.toOp(PutRequest.parseFrom(request))));
      case 5 ->
          txn(TxnTranslator.toTxn(DeleteTranslator.toOp(DeleteRangeRequest.parseFrom(request))));
      case 6 -> txn(TxnTranslator.toTxn(TxnRequest.parseFrom(request)));
      case 7 -> CompactTranslator.toCommand(CompactionRequest.parseFrom(request));
      case 8 -> {
        LeaseGrantRequest grant = LeaseGrantRequest.parseFrom(request);
        yield LeaseTranslator.toGrant(grant.getID(), grant.getTTL(), LEASE_TTL_MIN);
      }
      case 9 -> LeaseTranslator.toRevoke(LeaseRevokeRequest.parseFrom(request));
      case 10 -> alarm(AlarmRequest.parseFrom(request));
      case LEASE_CHECKPOINT -> checkpoint(request);
      case 1011 -> AuthTranslator.toDisable();
      case 1100 -> {
        AuthUserAddRequest user = AuthUserAddRequest.parseFrom(request);
        yield AuthTranslator.toCommand(user, user.getHashedPassword());
      }
      case 1101 -> AuthTranslator.toDeleteUser(AuthUserDeleteRequest.parseFrom(request).getName());
      case 1103 -> {
        AuthUserChangePasswordRequest user = AuthUserChangePasswordRequest.parseFrom(request);
        yield AuthTranslator.toCommand(user, user.getHashedPassword());
      }
      case 1104 -> AuthTranslator.toCommand(AuthUserGrantRoleRequest.parseFrom(request));
      case 1105 -> AuthTranslator.toCommand(AuthUserRevokeRoleRequest.parseFrom(request));
      case 1200 -> AuthTranslator.toAddRole(AuthRoleAddRequest.parseFrom(request).getName());
      case 1201 -> AuthTranslator.toDeleteRole(AuthRoleDeleteRequest.parseFrom(request).getRole());
      case 1203 -> AuthTranslator.toCommand(AuthRoleGrantPermissionRequest.parseFrom(request));
      case 1204 -> AuthTranslator.toCommand(AuthRoleRevokePermissionRequest.parseFrom(request));
      // Reads, log-ins, and changes of the cluster's version and of members' names (2 before 3.5).
      case 2, 3, 1012, 1013, 1102, 1106, 1107, 1202, 1300, 1301, 9900 -> null;
      // Switching access control on, or a request of a newer version of etcd.
      default -> throw new UnsupportedOperationException("request of type " + field);
    };
  }

  private static @Nullable Command alarm(AlarmRequest request) {
    if (AlarmTranslator.isChange(request)) {
      return AlarmTranslator.toCommand(request);
    }
    return null;
  }

  private static Command txn(Txn txn) {
    return Command.newBuilder().setTxn(txn).build();
  }

  /** A list (1) of lease ID (1) and remaining TTL (2). */
  private static Command checkpoint(ByteString request) throws IOException {
    CheckpointLeases.Builder checkpoint = CheckpointLeases.newBuilder();
    CodedInputStream in = request.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        ByteString lease = in.readBytes();
        checkpoint.addLeases(
            CheckpointLeases.Remaining.newBuilder()
                .setId(number(lease, 1))
                .setRemaining(number(lease, 2)));
      } else {
        in.skipField(tag);
      }
    }
    return Command.newBuilder().setCheckpointLeases(checkpoint).build();
  }

  /** The number in a field of a message; 0 if it has none. */
  private static long number(ByteString message, int field) throws IOException {
    CodedInputStream in = message.newCodedInput();
    long found = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        found = in.readUInt64();
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }
}
