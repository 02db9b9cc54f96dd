package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.jute.Record;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SyncRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alarm CORRUPT names the member that clients are connected to. */
class CorruptMemberTest {
  @Test
  void itRefusesReadsAndNewConnections(@TempDir Path directory) throws Exception {
    try (TestServer server = TestServer.withoutConfiguration(directory);
        RawClient client = new RawClient(server.port())) {
      assertThat(errorOf(client, OpCode.getData, new GetDataRequest("/", false)))
          .isEqualTo(Code.OK);
      raise(server);
      assertThat(errorOf(client, OpCode.getData, new GetDataRequest("/", false)))
          .isEqualTo(Code.DATAINCONSISTENCY);
      assertThat(errorOf(client, OpCode.sync, new SyncRequest("/"))).isEqualTo(Code.OK);
      assertThatThrownBy(() -> new RawClient(server.port())).isInstanceOf(EOFException.class);
    }
  }

  private static Code errorOf(RawClient client, int type, Record body) throws Exception {
    client.send(ByteBuffer.wrap(RawClient.encode(new RequestHeader(1, type), body)));
    RawClient.Packet reply = client.receive();
    if (reply == null) {
      throw new EOFException("the server has closed the connection");
    }
    return Code.get(reply.header().getErr());
  }

  private static void raise(TestServer server) throws Exception {
    Alarm alarm =
        Alarm.newBuilder()
            .setKind(Alarm.Kind.CORRUPT)
            .setMemberId(server.node.cluster().memberId())
            .build();
    ChangeAlarm raised = ChangeAlarm.newBuilder().setAlarm(alarm).setRaised(true).build();
    Outcome outcome =
        server
            .node
            .submit(Command.newBuilder().setChangeAlarm(raised).build())
            .get(60, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.AlarmChanged.class);
  }
}
