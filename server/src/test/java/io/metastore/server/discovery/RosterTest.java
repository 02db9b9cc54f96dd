package io.metastore.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.command.Announcement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RosterTest {
  private static final String TOKEN = "t";

  @Test
  void aClusterOfOneIsFormedAtOnce() {
    assertThat(roster(1, "a", 1).findAgreed(0)).containsExactly(Map.entry("a", url("a")));
  }

  @Test
  void aClusterIsFormedOnlyWhenAllMembersSeeTheSame() {
    Roster a = roster(1, "a", 2);
    Roster b = roster(2, "b", 2);
    Announcement alone = b.own(0);
    a.heard(bytes(alone), 0);
    assertThat(a.members(0).keySet()).containsExactly("a", "b");
    assertThat(a.findAgreed(0)).isNull();
    b.heard(bytes(a.own(0)), 0);
    a.heard(bytes(b.own(0)), 0);
    assertThat(a.findAgreed(0)).containsOnlyKeys("a", "b");
  }

  /**
   * Datagrams are lost, repeated and delayed; all members that form a cluster must form the same
   * one.
   */
  @ParameterizedTest(name = "-Dseed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void allFormTheSameClusterWhateverMessagesAreLost(long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(5);
    List<Roster> rolls = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      rolls.add(roster(i + 1, "m" + i, size));
    }
    List<ByteBuffer> late = new ArrayList<>();
    Set<SortedMap<String, String>> formed = new HashSet<>();
    Set<Integer> done = new HashSet<>();
    for (long now = 0; done.size() < size; now += 10) {
      assertThat(now).as("formed so far: %s", done).isLessThan(1_000_000);
      ByteBuffer sent = bytes(rolls.get(random.nextInt(size)).own(now));
      late.add(sent);
      for (int i = 0; i < size; i++) {
        if (random.nextInt(3) > 0) {
          ByteBuffer arrives =
              random.nextInt(5) > 0
                  ? sent
                  : late.get(late.size() - 1 - random.nextInt(Math.min(20, late.size())));
          rolls.get(i).heard(arrives.duplicate(), now);
        }
        SortedMap<String, String> agreed = rolls.get(i).findAgreed(now);
        if (agreed != null) {
          formed.add(agreed);
          done.add(i);
        }
      }
    }
    assertThat(formed).hasSize(1);
    assertThat(formed.iterator().next()).hasSize(size);
  }

  @Test
  void garbageAndOtherClustersAreOnlyCounted() {
    Roster a = roster(1, "a", 2);
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      byte[] garbage = new byte[random.nextInt(Roster.DATAGRAM_BYTES_MAX + 1)];
      random.nextBytes(garbage);
      a.heard(ByteBuffer.wrap(garbage), 0);
    }
    Announcement b = roster(2, "b", 2).own(0);
    a.heard(bytes(b.toBuilder().setToken("other").build()), 0);
    a.heard(bytes(b.toBuilder().setMagic(1).build()), 0);
    a.heard(bytes(b.toBuilder().setName(" ").build()), 0);
    a.heard(bytes(b.toBuilder().setName("b\n").build()), 0);
    a.heard(bytes(b.toBuilder().setPeerUrl("http://h:1,x=http://h:2").build()), 0);
    a.heard(ByteBuffer.allocate(Roster.DATAGRAM_BYTES_MAX + 1), 0);
    assertThat(a.ignored()).isEqualTo(1006);
    assertThat(a.members(0)).hasSize(1);
  }

  @Test
  void aMemberBeyondTheSizeIsRefused() {
    Roster a = roster(1, "a", 2);
    a.heard(bytes(roster(2, "b", 2).own(0)), 0);
    assertThatThrownBy(() -> a.heard(bytes(roster(3, "c", 2).own(0)), 1))
        .isInstanceOf(Roster.Refusal.class)
        .hasMessageContaining("--multicast-size=2")
        .hasMessageContaining("c=http://");
  }

  @Test
  void aDuplicateNameOrUrlIsRefused() {
    Roster a = roster(1, "a", 3);
    Announcement b = roster(2, "b", 3).own(0);
    a.heard(bytes(b), 0);
    for (Announcement twice :
        List.of(
            b.toBuilder().setProcess(9).setPeerUrl("http://h:9").build(),
            b.toBuilder().setProcess(9).setName("c").build(),
            b.toBuilder().setProcess(9).setName("a").build())) {
      assertThatThrownBy(() -> a.heard(bytes(twice), 1))
          .isInstanceOf(Roster.Refusal.class)
          .hasMessageContaining("the same name or peer URL");
    }
    Announcement own = a.own(0);
    a.heard(bytes(own), 1);
    assertThatThrownBy(() -> a.heard(bytes(own.toBuilder().setProcess(9).build()), 1))
        .isInstanceOf(Roster.Refusal.class);
  }

  @Test
  void aRestartedProcessIsTheSameMember() {
    Roster a = roster(1, "a", 2);
    a.heard(bytes(roster(2, "b", 2).own(0)), 0);
    a.heard(bytes(roster(3, "b", 2).own(0)), 1);
    assertThat(a.members(1)).hasSize(2);
  }

  @Test
  void aSilentMemberIsForgotten() {
    Roster a = roster(1, "a", 2);
    a.heard(bytes(roster(2, "b", 2).own(0)), 0);
    assertThat(a.members(5000)).hasSize(2);
    assertThat(a.members(5001)).hasSize(1);
  }

  @Test
  void membersWithDifferentSizesAreRefused() {
    assertThatThrownBy(() -> roster(1, "a", 3).heard(bytes(roster(2, "b", 5).own(0)), 0))
        .isInstanceOf(Roster.Refusal.class)
        .hasMessageContaining("is configured for a cluster of 5 members, this member for 3");
  }

  private static Roster roster(long process, String name, int size) {
    return new Roster(TOKEN, process, name, url(name), size);
  }

  private static String url(String name) {
    return "http://" + name + ":2380";
  }

  private static ByteBuffer bytes(Announcement announcement) {
    return ByteBuffer.wrap(announcement.toByteArray());
  }
}
