package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.adapter.zookeeper.wire.OpCode;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.api.NodeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.TreeError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes the outcome of a change. */
final class WriteAnswers {
  private WriteAnswers() {}

  /** The error in the reply's header; errors of a multi are in its body instead. */
  static int error(Request.Write write, Outcome outcome) {
    TreeError error = refusal(outcome);
    if (error == null || (write instanceof Request.Multi && !endsConnection(outcome))) {
      return ErrorCode.OK;
    }
    return ErrorCode.of(error);
  }

  /** Whether the connection has lost its session, so that it cannot be used any more. */
  static boolean endsConnection(Outcome outcome) {
    TreeError error = refusal(outcome);
    return error == TreeError.SESSION_EXPIRED || error == TreeError.SESSION_MOVED;
  }

  /** Writes the part after the header if there is no error. */
  static void writeBody(Request.Write write, Outcome outcome, JuteWriter out) {
    if (write instanceof Request.Multi multi) {
      writeMulti(multi, outcome, out);
    } else if (write instanceof Request.Change change
        && outcome instanceof Outcome.TreeChanged done) {
      writeResult(change.type(), done.results().get(0), out);
    }
  }

  private static void writeMulti(Request.Multi multi, Outcome outcome, JuteWriter out) {
    List<Request.Change> changes = multi.changes();
    for (int i = 0; i < changes.size(); i++) {
      if (outcome instanceof Outcome.TreeRefused refused) {
        int error =
            i < refused.failedOp()
                ? ErrorCode.OK
                : i == refused.failedOp()
                    ? ErrorCode.of(refused.error())
                    : ErrorCode.RUNTIME_INCONSISTENCY;
        out.multiHeader(OpCode.ERROR, false, error).int32(error);
      } else if (outcome instanceof Outcome.TreeChanged done) {
        int type = resultType(changes.get(i).type());
        out.multiHeader(type, false, ErrorCode.OK);
        writeResult(type, done.results().get(i), out);
      }
    }
    out.multiHeader(OpCode.ERROR, true, -1);
  }

  /** All operations that create a node and return its stat have the same type in the reply. */
  private static int resultType(int type) {
    return type == OpCode.CREATE_CONTAINER || type == OpCode.CREATE_TTL ? OpCode.CREATE2 : type;
  }

  private static void writeResult(int type, NodeResult result, JuteWriter out) {
    if (result.path() != null) {
      out.string(result.path());
    }
    if (result.stat() != null && type != OpCode.CREATE) {
      out.stat(result.stat());
    }
  }

  private static @Nullable TreeError refusal(Outcome outcome) {
    return outcome instanceof Outcome.TreeRefused refused ? refused.error() : null;
  }
}
