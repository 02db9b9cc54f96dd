package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.MemberInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * In the texts, {@code S} is a started voter, {@code u} an unstarted one, and {@code L} a learner.
 */
class StartedVotersTest {

  /** Source: etcd's TestIsReadyToAddVotingMember. */
  @ParameterizedTest
  @CsvSource({
    "SSS, true",
    "SSu, false",
    "SSuu, false",
    "S, true",
    "u, false",
    "SL, true",
    "SSL, true",
    "SSSu, true",
    "SSSL, true"
  })
  void adding(String members, boolean permitted) {
    assertThat(StartedVoters.permitAdding(parse(members))).isEqualTo(permitted);
  }

  /** Removes the first member. Source: etcd's TestIsReadyToRemoveVotingMember. */
  @ParameterizedTest
  @CsvSource({
    "SSS, true",
    "SSu, false",
    "uSS, true",
    "SS, true",
    "Su, false",
    "uS, true",
    "S, false",
    "SL, false",
    "SSL, true"
  })
  void removing(String members, boolean permitted) {
    assertThat(StartedVoters.permitRemoving(parse(members), 0)).isEqualTo(permitted);
  }

  /** Source: etcd's TestIsReadyToPromoteMember. */
  @ParameterizedTest
  @CsvSource({"SL, true", "SuL, true", "SuuL, false", "SSSL, true", "uL, false"})
  void promoting(String members, boolean permitted) {
    assertThat(StartedVoters.permitPromoting(parse(members))).isEqualTo(permitted);
  }

  private static List<MemberInfo> parse(String text) {
    List<MemberInfo> members = new ArrayList<>();
    for (int id = 0; id < text.length(); id++) {
      char kind = text.charAt(id);
      String name = kind == 'u' ? "" : "m" + id;
      members.add(new MemberInfo(id, name, List.of(), List.of(), kind == 'L'));
    }
    return members;
  }
}
