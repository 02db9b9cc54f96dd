package io.metastore.adapter.metastore;

import io.metastore.api.v1.Condition;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.command.Compare;
import java.util.ArrayList;
import java.util.List;

/** Translates each condition to one comparison of the store. */
final class ConditionTranslator {
  private ConditionTranslator() {}

  /**
   * @throws Refusal if a condition is malformed or there are too many
   */
  static List<Compare> toCompares(List<Condition> conditions) {
    Limits.checkOps("conditions", conditions);
    List<Compare> compares = new ArrayList<>(conditions.size());
    for (int i = 0; i < conditions.size(); i++) {
      compares.add(toCompare("conditions[" + i + "]", conditions.get(i)));
    }
    return compares;
  }

  private static Compare toCompare(String field, Condition condition) {
    return switch (condition.getKindCase()) {
      // A missing key has version 0; the same holds for a range without keys.
      case ABSENT ->
          compare(KeyBounds.of(field + ".absent", condition.getAbsent()), Compare.Target.VERSION)
              .setRelation(Compare.Relation.EQUAL)
              .build();
      case PRESENT ->
          compare(KeyBounds.key(field + ".present", condition.getPresent()), Compare.Target.VERSION)
              .setRelation(Compare.Relation.GREATER)
              .build();
      case MOD_REVISION ->
          compare(
                  KeyBounds.key(field + ".mod_revision.key", condition.getModRevision().getKey()),
                  Compare.Target.MOD)
              .setNumber(
                  Limits.positive(
                      field + ".mod_revision.revision", condition.getModRevision().getRevision()))
              .build();
      case VALUE ->
          compare(
                  KeyBounds.key(field + ".value.key", condition.getValue().getKey()),
                  Compare.Target.VALUE)
              .setValue(condition.getValue().getValue())
              .build();
      case FENCE ->
          compare(
                  KeyBounds.key(field + ".fence.lock", condition.getFence().getLock()),
                  Compare.Target.HELD)
              .setNumber(Limits.positive(field + ".fence.token", condition.getFence().getToken()))
              .build();
      case UNCHANGED ->
          toUnchanged(
              KeyBounds.of(field + ".unchanged.keys", condition.getUnchanged().getKeys()),
              Limits.positive(
                  field + ".unchanged.since_revision",
                  condition.getUnchanged().getSinceRevision()));
      case ZNODE_PRESENT ->
          ZnodeTranslator.compare(condition.getZnodePresent(), Compare.Target.NODE_EXISTS, 1);
      case ZNODE_ABSENT ->
          ZnodeTranslator.compare(condition.getZnodeAbsent(), Compare.Target.NODE_EXISTS, 0);
      case ZNODE_VERSION ->
          ZnodeTranslator.compare(
              condition.getZnodeVersion().getPath(),
              Compare.Target.NODE_VERSION,
              condition.getZnodeVersion().getVersion());
      case KIND_NOT_SET -> throw Refusal.badRequest(field, "is missing");
    };
  }

  /** Whether a condition can be tested only as part of a log entry. */
  static boolean isOfZnode(Condition condition) {
    return condition.hasZnodePresent() || condition.hasZnodeAbsent() || condition.hasZnodeVersion();
  }

  /** A comparison that holds if none of the keys was put or deleted after the revision. */
  static Compare toUnchanged(KeyBounds keys, long sinceRevision) {
    return compare(keys, Compare.Target.UNCHANGED_SINCE).setNumber(sinceRevision).build();
  }

  private static Compare.Builder compare(KeyBounds keys, Compare.Target target) {
    return Compare.newBuilder()
        .setKey(keys.key())
        .setRangeEnd(keys.end())
        .setTarget(target)
        .setRelation(Compare.Relation.EQUAL);
  }

  /**
   * The error for a failed condition.
   *
   * @param index the index of the condition that does not hold
   */
  static Refusal toRefusal(List<Condition> conditions, int index) {
    Condition failed = conditions.get(index);
    ErrorDetail.Builder detail = ErrorDetail.newBuilder().setIndex(index);
    if (failed.hasFence()) {
      detail.setReason(Reason.FENCED).setPath(failed.getFence().getLock());
      return new Refusal(
          detail.build(),
          "the lock is not held by the place with token " + failed.getFence().getToken());
    }
    return new Refusal(
        detail.setReason(Reason.CONDITION_FAILED).build(), "condition " + index + " does not hold");
  }
}
