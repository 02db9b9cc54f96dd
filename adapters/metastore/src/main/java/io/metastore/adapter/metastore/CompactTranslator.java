package io.metastore.adapter.metastore;

import io.metastore.api.v1.CompactRequest;
import io.metastore.api.v1.CompactResponse;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;

/** Translates {@code Compact}. Pure. */
final class CompactTranslator {
  private CompactTranslator() {}

  /**
   * The revision to compact at.
   *
   * @param newest the current revision
   */
  static long toRevision(CompactRequest request, long newest) {
    if (request.getRevision() < 0) {
      throw Refusal.badRequest("revision", "must not be negative");
    }
    return request.getRevision() == 0 ? newest : request.getRevision();
  }

  static Command toCommand(long revision) {
    return Command.newBuilder().setCompact(Compact.newBuilder().setRevision(revision)).build();
  }

  /** The same outcome, except that compacting a revision again is a success. */
  static Outcome toDone(Outcome outcome) {
    boolean already =
        outcome instanceof Outcome.Failed failed
            && failed.failure().code() == FailureCode.COMPACTED;
    return already ? new Outcome.Done(outcome.revision()) : outcome;
  }

  static CompactResponse toReply(long revision) {
    return CompactResponse.newBuilder().setRevision(revision).build();
  }
}
