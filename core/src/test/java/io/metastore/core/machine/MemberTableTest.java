package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Command;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.DropPeer;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.MovePeer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MemberTableTest {
  @RegisterExtension final Machines machines = new Machines();

  @Test
  void removedMembersAreRemembered() {
    TestMachine machine = machines.open();
    assertThat(configuration(machine)).isEqualTo(Configuration.getDefaultInstance());

    machine.configure(members(1, 2, 3));
    machine.apply(note(1));
    machine.apply(note(2));
    machine.configure(members(1, 3, -4));
    machine.configure(members(3, -4));

    assertThat(configuration(machine).getMembersList())
        .extracting(Configuration.Member::getId)
        .containsExactly(3L, -4L);
    assertThat(configuration(machine).getRemovedList()).containsExactly(2L, 1L);
    assertThat(MemberTable.notes(machine.storage())).isEmpty();
  }

  @Test
  void applyingAnEntryAgainChangesNothing() {
    TestMachine machine = machines.open();
    machine.configure(members(1, 2));
    machine.configureAgain(members(7));
    assertThat(configuration(machine)).isEqualTo(members(1, 2));
  }

  @Test
  void announcedMembersArePendingUntilRaftHasThem() {
    TestMachine machine = machines.open();
    machine.configure(members(1, 2));

    assertThat(machine.outcome(announce(3, "http://c:1", true))).isInstanceOf(Outcome.Done.class);
    assertThat(refusal(machine, announce(3, "http://d:1", false)))
        .isEqualTo(FailureCode.MEMBER_EXISTS);
    assertThat(refusal(machine, announce(4, "http://c:1", false)))
        .isEqualTo(FailureCode.PEER_URL_EXISTS);
    assertThat(refusal(machine, announce(4, "http://d:1", true)))
        .isEqualTo(FailureCode.TOO_MANY_LEARNERS);
    assertThat(configuration(machine).getPendingList())
        .extracting(Configuration.Member::getId)
        .containsExactly(3L);

    machine.configure(members(1, 2, 3));
    assertThat(configuration(machine).getPendingList()).isEmpty();
    assertThat(configuration(machine).getMembersList())
        .extracting(Configuration.Member::getAdded)
        .containsExactly(false, false, true);
    assertThat(refusal(machine, drop(3))).isEqualTo(FailureCode.MEMBER_NOT_FOUND);
  }

  @Test
  void droppedMemberDoesNotComeBack() {
    TestMachine machine = machines.open();
    machine.configure(members(1));
    machine.apply(announce(2, "http://b:1", false));
    machine.apply(drop(2));

    assertThat(configuration(machine).getPendingList()).isEmpty();
    assertThat(configuration(machine).getRemovedList()).containsExactly(2L);
    assertThat(refusal(machine, announce(2, "http://b:1", false)))
        .isEqualTo(FailureCode.MEMBER_EXISTS);
  }

  /** Raft knows members by their first URLs, which may have become those of another member. */
  @Test
  void memberAtFormerUrlsOfAnotherHasAnAddressOfItsOwn() {
    TestMachine machine = machines.open();
    machine.configure(members(1));
    machine.apply(announce(2, "http://b:1", false));
    machine.apply(move(2, "http://moved:1"));
    machine.apply(announce(3, "http://b:1", false));

    List<Configuration.Member> pending = configuration(machine).getPendingList();
    assertThat(pending)
        .extracting(MemberTable::peerUrls)
        .containsExactly(List.of("http://moved:1"), List.of("http://b:1"));
    assertThat(pending).extracting(Configuration.Member::getAddress).doesNotHaveDuplicates();
  }

  /** In etcd up to 3.7.1 it became a voter in the list of members (issue 21694). */
  @Test
  void learnerThatGetsOtherUrlsStaysALearner() {
    TestMachine machine = machines.open();
    machine.configure(members(1));
    machine.apply(announce(2, "http://b:1", true));
    machine.apply(move(2, "http://moved:1"));
    assertThat(configuration(machine).getPendingList())
        .singleElement()
        .matches(Configuration.Member::getLearner, "is a learner")
        .extracting(MemberTable::peerUrls)
        .isEqualTo(List.of("http://moved:1"));

    Configuration.Member learner =
        Configuration.Member.newBuilder()
            .setId(2)
            .setAddress("http://b:1")
            .setLearner(true)
            .build();
    machine.configure(members(1).toBuilder().addMembers(learner).build());
    machine.apply(move(2, "http://again:1"));
    assertThat(configuration(machine).getMembersList())
        .last()
        .matches(Configuration.Member::getLearner, "is a learner")
        .extracting(MemberTable::peerUrls)
        .isEqualTo(List.of("http://again:1"));
    machine.configure(members(1, 2));
    assertThat(configuration(machine).getMembersList()).noneMatch(Configuration.Member::getLearner);
  }

  private static FailureCode refusal(TestMachine machine, Command command) {
    return ((Outcome.Failed) machine.outcome(command)).failure().code();
  }

  private static Command announce(long id, String url, boolean learner) {
    return Command.newBuilder()
        .setAddPeer(
            AddPeer.newBuilder().setId(id).addPeerUrls(url).setLearner(learner).setLearnersMax(1))
        .build();
  }

  private static Command move(long id, String url) {
    return Command.newBuilder()
        .setMovePeer(MovePeer.newBuilder().setId(id).addPeerUrls(url))
        .build();
  }

  private static Command drop(long id) {
    return Command.newBuilder().setDropPeer(DropPeer.newBuilder().setId(id)).build();
  }

  private static Configuration configuration(TestMachine machine) {
    return MemberTable.configuration(machine.storage());
  }

  private static Command note(long id) {
    return Command.newBuilder()
        .setMemberNote(MemberNote.newBuilder().setId(id).setName("m" + id))
        .build();
  }

  private static Configuration members(long... ids) {
    Configuration.Builder configuration = Configuration.newBuilder();
    for (long id : ids) {
      configuration.addMembers(
          Configuration.Member.newBuilder().setId(id).setAddress("127.0.0.1:" + Math.abs(id)));
    }
    return configuration.build();
  }
}
