package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The user names are those that ZooKeeper 3.9.5 derives with the same settings. */
class PrincipalNamesTest {
  @ParameterizedTest
  @CsvSource({
    "false, false, alice@HERE,       alice@HERE",
    "false, false, alice/host@HERE,  alice/host@HERE",
    "true,  false, alice/host@HERE,  alice@HERE",
    "false, true,  alice/host@HERE,  alice/host",
    "true,  true,  alice/host@HERE,  alice",
    "true,  true,  alice,            alice",
    "true,  true,  alice/host@THERE, alice/host@THERE",
  })
  void hostAndRealmAreRemovedFromPrincipalsOfTheDefaultRealm(
      boolean removesHost, boolean removesRealm, String principal, String user) {
    PrincipalNames names = PrincipalNames.of("DEFAULT", "HERE", removesHost, removesRealm);
    assertThat(names.userName(principal)).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource({
    "nn/host@THERE,   hdfs",
    "zookeeper@THERE, hbase.THERE",
    "kafka@HERE,      kafka",
    "Bob-Bob@THERE,   B0b-B0b",
    "eve@THERE,       eve@THERE",
  })
  void theFirstRuleThatAppliesCounts(String principal, String user) {
    String rules =
        "RULE:[2:$1@$0](nn@THERE)s/.*/hdfs/ RULE:[1:$1.$0](zoo.*)s/zookeeper/hbase/"
            + "\nRULE:[1:$1](B.*)s/o/0/g RULE:[1:$1@$0](eve.*) DEFAULT";
    assertThat(PrincipalNames.of(rules, "HERE", true, true).userName(principal)).isEqualTo(user);
  }

  @Test
  void aClientWhoseNameNoRuleMapsKeepsItsPrincipal() {
    PrincipalNames names = PrincipalNames.of("RULE:[2:$1]", "HERE", true, true);
    assertThat(names.userName("alice@HERE")).isEqualTo("alice@HERE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RULES", "RULE:[1:$1](*)", "RULE:[1:$2]", "RULE:[:$1]", "DEFAULT x"})
  void invalidRulesAreRefused(String rules) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrincipalNames.of(rules, "HERE", false, false))
        .withMessageStartingWith("invalid rule");
  }
}
