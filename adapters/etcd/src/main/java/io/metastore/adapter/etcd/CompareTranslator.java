package io.metastore.adapter.etcd;

import io.metastore.core.command.Compare;
import io.metastore.core.command.Compare.Relation;
import io.metastore.core.command.Compare.Target;

/** The comparisons of a transaction, with all that etcd lets pass in them. */
final class CompareTranslator {
  private CompareTranslator() {}

  /**
   * Never refuses: an operand that belongs to another target than the one named counts as not
   * given, zero or empty.
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

  /** etcd finds whatever it does not know how to compare equal, key or no key. */
  private static Compare withUnknownTarget(
      io.metastore.etcdapi.etcdserverpb.Compare request, Compare.Builder compare) {
    return switch (request.getResult()) {
      case EQUAL, UNRECOGNIZED -> compare.setRelation(Relation.ALWAYS).build();
      // No version is below the smallest number: this never holds.
      case GREATER, LESS, NOT_EQUAL ->
          compare.setRelation(Relation.LESS).setNumber(Long.MIN_VALUE).build();
    };
  }
}
