package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Command;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.MovePeer;
import io.metastore.core.command.ZookeeperServer;
import io.metastore.core.tree.TreeReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The data of {@code /zookeeper/config} while the members change. */
class ZookeeperConfigurationTest {
  private static final String PATH = "/zookeeper/config";
  private static final String ONE = "server.1=h1:2888:3888:participant;c1:2181\n";
  private static final String TWO = "server.2=h2:2888:3888:participant;c2:2181\n";

  @RegisterExtension final Machines machines = new Machines();

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestMachine machine;

  @BeforeEach
  void open() {
    machine = machines.open();
    machine.configure(members(member(1), member(2)));
  }

  @Test
  void theFirstServersAreThereAtOnceAndAreNoChange() {
    machine.apply(note(1, 1, 2, 3));
    assertThat(data())
        .as("without server 3, which is not a member")
        .isEqualTo(ONE + TWO + "version=0");
    machine.apply(note(2, 1, 2, 3));
    assertThat(machine.state().revision()).isEqualTo(1);
  }

  @Test
  void itFollowsTheMembers() {
    machine.apply(note(1, 1, 2));
    TreeRequests.open(machine, 7);

    assertChanged(
        machine.apply(
            Command.newBuilder()
                .setMovePeer(MovePeer.newBuilder().setId(2).addPeerUrls("https://[::1]:9"))
                .build()),
        ONE + "server.2=[::1]:9:3888:participant;c2:2181\n");

    machine.apply(
        Command.newBuilder()
            .setAddPeer(
                AddPeer.newBuilder()
                    .setId(3)
                    .addPeerUrls("http://h3:2888")
                    .setLearner(true)
                    .setLearnersMax(1))
            .build());
    String observer = "server.3=h3:2888:3888:observer;c3:2181\n";
    assertChanged(
        machine.apply(note(3, 1, 3)),
        ONE + "server.2=[::1]:9:3888:participant;c2:2181\n" + observer);
    assertChanged(
        machine.configure(members(member(1), member(3).setLearner(true))), ONE + observer);
    assertChanged(
        machine.configure(members(member(1), member(3))),
        ONE + "server.3=h3:2888:3888:participant;c3:2181\n");

    assertThat(machine.apply(note(3, 1, 3)).treeEvents()).as("nothing has changed").isEmpty();
    assertChanged(machine.apply(note(3)), ONE);
    assertThat(machine.apply(note(1, 1, 3)).treeEvents())
        .as("member 3 was started without zoo.cfg")
        .isEmpty();
    machine.apply(note(1));
    assertThat(data()).isEmpty();
  }

  @Test
  void clustersWithoutZooCfgHaveNoTreeBeforeTheFirstSession() {
    machine.apply(note(1));
    assertThat(machine.configure(members(member(1))).revision()).isEqualTo(1);
    assertThat(findData()).isNull();
    TreeRequests.open(machine, 7);
    assertThat(data()).isEmpty();
  }

  private void assertChanged(Applied applied, String servers) {
    assertThat(applied.treeEvents()).hasSize(1);
    TreeEvent event = applied.treeEvents().get(0);
    assertThat(event.path()).isEqualTo(PATH);
    assertThat(event.revision()).isEqualTo(applied.revision());
    assertThat(data()).isEqualTo(servers + "version=" + Long.toHexString(applied.revision()));
    assertThat(requireNonNull(tree().find(PATH)).stat().modified()).isEqualTo(applied.revision());
  }

  private String data() {
    return requireNonNull(findData(), PATH).toStringUtf8();
  }

  private @Nullable ByteString findData() {
    return tree().findData(PATH);
  }

  private TreeView tree() {
    return new TreeReader(machine.storage());
  }

  /** A note of a member whose zoo.cfg lists these servers; each has its member's number. */
  private static Command note(long id, long... servers) {
    MemberNote.Builder note = MemberNote.newBuilder().setId(id).setZookeeperNumber(id);
    for (long number : servers) {
      note.addZookeeperServers(
          ZookeeperServer.newBuilder()
              .setNumber(number)
              .setPeerUrl("http://h" + number + ":2888")
              .setElectionPort(3888)
              .setClientHost("c" + number)
              .setClientPort(2181));
    }
    return Command.newBuilder().setMemberNote(note).build();
  }

  private static Configuration.Member.Builder member(long id) {
    return Configuration.Member.newBuilder().setId(id).setAddress("http://h" + id + ":2888");
  }

  private static Configuration members(Configuration.Member.Builder... members) {
    return Configuration.newBuilder()
        .addAllMembers(List.of(members).stream().map(Configuration.Member.Builder::build).toList())
        .build();
  }
}
