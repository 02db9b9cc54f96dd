package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.AgreedSession.Kind;
import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.command.CreateNode;
import java.util.Set;

/** Decides which requests of one client are refused without looking at the tree. */
final class Admission {
  private final ZookeeperSettings settings;
  private final ClientIdentities identities;

  Admission(ZookeeperSettings settings, ClientIdentities identities) {
    this.settings = settings;
    this.identities = identities;
  }

  /** The error of a request; {@link ErrorCode#OK} if it is not refused. */
  int check(Request request, Kind session) {
    Set<String> required = settings.sessions().requiredSchemes();
    if (!required.isEmpty()
        && !(request instanceof Request.Sasl)
        && !identities.haveOneOf(required)) {
      return ErrorCode.SESSION_CLOSED_REQUIRE_AUTH;
    }
    if (session == Kind.READ_ONLY && needsLeader(request)) {
      return ErrorCode.NOT_READ_ONLY;
    }
    if (session == Kind.LOCAL
        && settings.sessions().localSessions() == LocalSessionMode.ON
        && createsEphemeral(request)) {
      return ErrorCode.EPHEMERAL_ON_LOCAL_SESSION;
    }
    return ErrorCode.OK;
  }

  /**
   * The error of an authentication by SASL that failed; {@link ErrorCode#OK} if the client is
   * served nevertheless.
   */
  int failedSasl() {
    if (settings.sessions().requiredSchemes().contains("sasl")) {
      return ErrorCode.SESSION_CLOSED_REQUIRE_AUTH;
    }
    return settings.authentication().sasl().servesFailedClients()
        ? ErrorCode.OK
        : ErrorCode.AUTH_FAILED;
  }

  private static boolean needsLeader(Request request) {
    return request instanceof Request.Sync
        || request instanceof Request.Reconfig
        || (request instanceof Request.Write && !(request instanceof Request.CloseSession));
  }

  private static boolean createsEphemeral(Request request) {
    if (request instanceof Request.Multi multi) {
      return multi.changes().stream().anyMatch(Admission::createsEphemeral);
    }
    return request instanceof Request.Change change
        && change.op().getCreate().getKind() == CreateNode.Kind.EPHEMERAL;
  }
}
