package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.command.Command;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.MemberNote;
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

    assertThat(configuration(machine).getMembersList()).isEqualTo(members(3, -4).getMembersList());
    assertThat(configuration(machine).getRemovedList()).containsExactly(2L, 1L);
    assertThat(MemberTable.all(machine.storage())).isEmpty();
  }

  @Test
  void applyingAnEntryAgainChangesNothing() {
    TestMachine machine = machines.open();
    machine.configure(members(1, 2));
    machine.configureAgain(members(7));
    assertThat(configuration(machine)).isEqualTo(members(1, 2));
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
