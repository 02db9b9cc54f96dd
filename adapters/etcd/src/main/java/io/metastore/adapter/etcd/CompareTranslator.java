package io.metastore.adapter.etcd;

import io.metastore.core.command.Compare;
import io.metastore.core.command.Compare.Relation;
import io.metastore.core.command.Compare.Target;

/** Translates the comparisons of a transaction, including the malformed ones that etcd accepts. */
final class CompareTranslator {
  private CompareTranslator() {}

  /**
   * Never fails: an operand of another target than the named one counts as not set, that is zero or
   * empty.
   */
  static Compare toCompare(io.metastore.etcdapi.etcdserverpb.Compare request) {
    Compare.Builder compare =
        Compare.newBuilder().setKey(request.getKey()).setRangeEnd(request.getRangeEnd());
    switch (request.getTarget()) {
      case VERSION -> compare.setTarget(Target.VERSION).setNumber(request.getVersion());
      case CREATE -> compare.setTarget(Target.CREATE).setNumber(request.getCreateRevision());
      case MOD -> compare.setTarget(Target.MOD).setNumber(request.getModRevision());
      case VALUE -> compare.setTarget(Target.VALUE).setValue(request.getValue());
      case LEASE -> compare.setTarget(Target.LEASE).setNumber(request.getLease());
      case UNRECOGNIZED -> {
        return withUnknownTarget(request, compare);
      }
    }
    return compare.setRelation(toRelation(request)).build();
  }

  private static Relation toRelation(io.metastore.etcdapi.etcdserverpb.Compare request) {
    return switch (request.getResult()) {
      case EQUAL -> Relation.EQUAL;
      case GREATER -> Relation.GREATER;
      case LESS -> Relation.LESS;
      case NOT_EQUAL -> Relation.NOT_EQUAL;
      case UNRECOGNIZED -> Relation.ALWAYS;
    };
  }

  /** For an unknown target, etcd considers every key equal, whether it exists or not. */
  private static Compare withUnknownTarget(
      io.metastore.etcdapi.etcdserverpb.Compare request, Compare.Builder compare) {
    return switch (request.getResult()) {
      case EQUAL, UNRECOGNIZED -> compare.setRelation(Relation.ALWAYS).build();
      // No version is less than the smallest number, so this comparison never holds.
      case GREATER, LESS, NOT_EQUAL ->
          compare.setRelation(Relation.LESS).setNumber(Long.MIN_VALUE).build();
    };
  }
}
