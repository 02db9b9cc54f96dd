package io.metastore.adapter.zookeeper.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.MultiOperationRecord;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.CreateTTLRequest;
import org.apache.zookeeper.proto.GetACLResponse;
import org.apache.zookeeper.proto.GetChildren2Response;
import org.apache.zookeeper.proto.GetDataResponse;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.SetDataRequest;
import org.apache.zookeeper.proto.SetWatches2;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Checks the codec against ZooKeeper's generated records, in both directions. */
class JuteCodecTest {
  private static final ZnodeStat STAT =
      new ZnodeStat(1, 2, 3, 4, 5, -6, 7, 0x1234567890L, 9, 10, 11);

  @Test
  void createRequests() throws IOException {
    Request.Change create =
        (Request.Change)
            decode(
                OpCode.CREATE,
                new CreateRequest(
                    "/ä", "data".getBytes(StandardCharsets.UTF_8), ZooDefs.Ids.OPEN_ACL_UNSAFE, 3));
    CreateNode node = create.op().getCreate();
    assertThat(node.getPath()).isEqualTo("/ä");
    assertThat(node.getData()).isEqualTo(ByteString.copyFromUtf8("data"));
    assertThat(node.getKind()).isEqualTo(CreateNode.Kind.EPHEMERAL);
    assertThat(node.getSequential()).isTrue();
    assertThat(node.getAclList()).containsExactly(entry(31, "world", "anyone"));
  }

  @Test
  void missingDataIsNotEmptyData() throws IOException {
    assertThat(setData(null).op().getSetData().hasData()).isFalse();
    assertThat(setData(new byte[0]).op().getSetData().hasData()).isTrue();
  }

  private static Request.Change setData(byte @Nullable [] data) throws IOException {
    return (Request.Change) decode(OpCode.SET_DATA, new SetDataRequest("/a", data, -1));
  }

  @Test
  void aTtlMustBePositive() throws IOException {
    CreateTTLRequest request =
        new CreateTTLRequest("/a", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, 5, 1000);
    Request.Change change = (Request.Change) decode(OpCode.CREATE_TTL, request);
    assertThat(change.op().getCreate().getTtlMs()).isEqualTo(1000);
    assertThat(change.op().getCreate().getPath()).isEqualTo("/a");
    request.setTtl(0);
    change = (Request.Change) decode(OpCode.CREATE_TTL, request);
    assertThat(change.op().getCreate().getPath()).as("refused when applied").isEmpty();
  }

  @Test
  void multis() throws IOException {
    MultiOperationRecord multi =
        new MultiOperationRecord(
            List.of(
                Op.check("/c", 3),
                Op.create("/a", new byte[] {1}, ZooDefs.Ids.OPEN_ACL_UNSAFE, 2),
                Op.delete("/d", 4),
                Op.setData("/s", new byte[] {2}, 5)));
    Request.Multi decoded = (Request.Multi) decode(OpCode.MULTI, multi);
    assertThat(decoded.changes())
        .extracting(Request.Change::type)
        .containsExactly(OpCode.CHECK, OpCode.CREATE, OpCode.DELETE, OpCode.SET_DATA);
    assertThat(decoded.changes().get(2).op().getDelete().getVersion()).isEqualTo(4);
  }

  @Test
  void watchRequests() throws IOException {
    assertThat(decode(OpCode.ADD_WATCH, new AddWatchRequest("/a", 1)))
        .isEqualTo(new Request.AddWatch("/a", true));
    assertThat(
            decode(
                OpCode.SET_WATCHES2,
                new SetWatches2(
                    7, List.of("/d"), List.of("/e"), List.of("/c"), List.of("/p"), List.of("/r"))))
        .isEqualTo(
            new Request.SetWatches(
                7, List.of("/d"), List.of("/e"), List.of("/c"), List.of("/p"), List.of("/r")));
  }

  @Test
  void malformedInputIsRefusedWithoutAllocatingMemory() {
    assertThat(decode(OpCode.GET_DATA, Unpooled.buffer().writeInt(Integer.MAX_VALUE)))
        .isEqualTo(new Request.Refused(ErrorCode.MARSHALLING_ERROR, false));
    assertThat(decode(OpCode.GET_DATA, Unpooled.buffer().writeInt(-2)))
        .isEqualTo(new Request.Refused(ErrorCode.MARSHALLING_ERROR, false));
    assertThat(decode(OpCode.CREATE, Unpooled.EMPTY_BUFFER))
        .isEqualTo(new Request.Refused(ErrorCode.MARSHALLING_ERROR, false));
    assertThat(decode(4711, Unpooled.EMPTY_BUFFER))
        .isEqualTo(new Request.Refused(ErrorCode.UNIMPLEMENTED, true));
    assertThat(decode(OpCode.CHECK, Unpooled.EMPTY_BUFFER))
        .as("only part of a multi")
        .isEqualTo(new Request.Refused(ErrorCode.UNIMPLEMENTED, true));
    assertThatThrownBy(() -> ConnectRequest.decode(Unpooled.buffer().writeInt(0)))
        .isInstanceOf(JuteReader.Malformed.class);
  }

  @Test
  void replies() throws IOException {
    ByteBuf packet =
        JuteWriter.begin(Unpooled.buffer(), 7, 8, 0)
            .buffer(ByteString.copyFromUtf8("x"))
            .stat(STAT)
            .end();
    BinaryInputArchive in = archive(packet);
    assertThat(in.readInt("length")).isEqualTo(packet.readableBytes() - 4);
    ReplyHeader header = new ReplyHeader();
    header.deserialize(in, "header");
    assertThat(header).isEqualTo(new ReplyHeader(7, 8, 0));
    GetDataResponse data = new GetDataResponse();
    data.deserialize(in, "body");
    assertThat(data.getData()).containsExactly('x');
    assertThat(data.getStat()).isEqualTo(new Stat(1, 2, 3, 4, 5, -6, 7, 0x1234567890L, 9, 10, 11));
  }

  @Test
  void packetsInOneBufferHaveTheirOwnLengths() throws IOException {
    ByteBuf packets = Unpooled.buffer();
    JuteWriter.begin(packets, 1, 2, 3).end();
    JuteWriter.begin(packets, 4, 5, 6).string("x").end();
    BinaryInputArchive in = archive(packets);
    assertThat(in.readInt("length")).isEqualTo(16);
    new ReplyHeader().deserialize(in, "header");
    assertThat(in.readInt("length")).isEqualTo(16 + 5);
  }

  @Test
  void lists() throws IOException {
    ByteBuf packet =
        JuteWriter.begin(Unpooled.buffer()).strings(List.of("ä", "b")).stat(STAT).end();
    BinaryInputArchive in = archive(packet.skipBytes(4));
    GetChildren2Response children = new GetChildren2Response();
    children.deserialize(in, "body");
    assertThat(children.getChildren()).containsExactly("ä", "b");
    packet =
        JuteWriter.begin(Unpooled.buffer()).acl(List.of(entry(1, "ip", "::1"))).stat(STAT).end();
    GetACLResponse acl = new GetACLResponse();
    acl.deserialize(archive(packet.skipBytes(4)), "body");
    assertThat(acl.getAcl().get(0).getId().getId()).isEqualTo("::1");
  }

  @Test
  void connectResponsesHaveReadOnlyOnlyIfRequested() throws Exception {
    ByteBuf asked =
        Unpooled.buffer().writeInt(0).writeLong(0).writeInt(1000).writeLong(0).writeInt(-1);
    ByteString password = ByteString.copyFrom(new byte[16]);
    ByteBuf old =
        ConnectRequest.decode(asked.duplicate())
            .accept(Unpooled.buffer(), 4000, 5, password, false);
    assertThat(old.readableBytes()).isEqualTo(4 + 36);
    asked.writeByte(0);
    ByteBuf now = ConnectRequest.decode(asked).accept(Unpooled.buffer(), 4000, 5, password, false);
    ConnectResponse response = new ConnectResponse();
    response.deserialize(archive(now.skipBytes(4)), "response");
    assertThat(response).isEqualTo(new ConnectResponse(0, 4000, 5, new byte[16], false));
  }

  private static AclEntry entry(int permissions, String scheme, String id) {
    return AclEntry.newBuilder()
        .setPermissions(permissions)
        .setIdentity(Identity.newBuilder().setScheme(scheme).setId(id))
        .build();
  }

  private static BinaryInputArchive archive(ByteBuf buffer) {
    return BinaryInputArchive.getArchive(new ByteBufInputStream(buffer.duplicate()));
  }

  private static Request decode(int type, Record record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    record.serialize(BinaryOutputArchive.getArchive(bytes), "request");
    return decode(type, Unpooled.wrappedBuffer(bytes.toByteArray()));
  }

  private static Request decode(int type, ByteBuf body) {
    return RequestDecoder.decode(type, new JuteReader(body));
  }
}
