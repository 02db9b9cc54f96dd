package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.command.Compare.Relation;
import io.metastore.core.command.Compare.Target;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.Compare.CompareResult;
import io.metastore.etcdapi.etcdserverpb.Compare.CompareTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompareTranslatorTest {

  @Test
  void everyTargetUsesItsOwnOperand() {
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.VERSION).setVersion(1)))
        .isEqualTo(core(Target.VERSION).setNumber(1).build());
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.CREATE).setCreateRevision(2)))
        .isEqualTo(core(Target.CREATE).setNumber(2).build());
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.MOD).setModRevision(3)))
        .isEqualTo(core(Target.MOD).setNumber(3).build());
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.LEASE).setLease(4)))
        .isEqualTo(core(Target.LEASE).setNumber(4).build());
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.VALUE).setValue(bytes("v"))))
        .isEqualTo(core(Target.VALUE).setValue(bytes("v")).build());
  }

  @Test
  void operandOfAnotherTargetCountsAsNotSet() {
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.MOD).setVersion(9)))
        .isEqualTo(core(Target.MOD).setNumber(0).build());
    assertThat(toCompare(Compare.newBuilder().setTarget(CompareTarget.VALUE).setVersion(9)))
        .isEqualTo(core(Target.VALUE).build());
  }

  @ParameterizedTest
  @CsvSource({"EQUAL,EQUAL", "GREATER,GREATER", "LESS,LESS", "NOT_EQUAL,NOT_EQUAL"})
  void relationIsKept(CompareResult result, Relation relation) {
    assertThat(toCompare(Compare.newBuilder().setResult(result)).getRelation()).isEqualTo(relation);
  }

  @Test
  void unknownRelationAlwaysHolds() {
    assertThat(toCompare(Compare.newBuilder().setResultValue(9)).getRelation())
        .isEqualTo(Relation.ALWAYS);
  }

  @Test
  void unknownTargetIsAlwaysEqual() {
    assertThat(toCompare(Compare.newBuilder().setTargetValue(9)).getRelation())
        .isEqualTo(Relation.ALWAYS);
    assertThat(toCompare(Compare.newBuilder().setTargetValue(9).setResultValue(9)).getRelation())
        .isEqualTo(Relation.ALWAYS);
    assertThat(toCompare(Compare.newBuilder().setTargetValue(9).setResult(CompareResult.NOT_EQUAL)))
        .as("a version below the smallest number")
        .isEqualTo(
            core(Target.VERSION).setRelation(Relation.LESS).setNumber(Long.MIN_VALUE).build());
  }

  private static io.metastore.core.command.Compare toCompare(Compare.Builder request) {
    return CompareTranslator.toCompare(request.setKey(bytes("a")).setRangeEnd(bytes("b")).build());
  }

  private static io.metastore.core.command.Compare.Builder core(Target target) {
    return io.metastore.core.command.Compare.newBuilder()
        .setKey(bytes("a"))
        .setRangeEnd(bytes("b"))
        .setTarget(target);
  }
}
