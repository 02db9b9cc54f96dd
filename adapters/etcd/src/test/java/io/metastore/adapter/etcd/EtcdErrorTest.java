package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.StoreException;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class EtcdErrorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          EMPTY_KEY                  |  3 | etcdserver: key is not provided
          KEY_NOT_FOUND              |  3 | etcdserver: key not found
          VALUE_PROVIDED             |  3 | etcdserver: value is provided
          LEASE_PROVIDED             |  3 | etcdserver: lease is provided
          TOO_MANY_OPS               |  3 | etcdserver: too many operations in txn request
          DUPLICATE_KEY              |  3 | etcdserver: duplicate key given in txn request
          INVALID_CLIENT_API_VERSION |  3 | etcdserver: invalid client api version
          INVALID_SORT_OPTION        |  3 | etcdserver: invalid sort option
          COMPACTED                  | 11 | etcdserver: mvcc: required revision has been compacted
          FUTURE_REVISION            | 11 | etcdserver: mvcc: required revision is a future revision
          LEASE_NOT_FOUND            |  5 | etcdserver: requested lease not found
          LEASE_EXISTS               |  9 | etcdserver: lease already exists
          LEASE_TTL_TOO_LARGE        | 11 | etcdserver: too large lease TTL
          REQUEST_TOO_LARGE          |  3 | etcdserver: request is too large
          NO_SPACE                   |  8 | etcdserver: mvcc: database space exceeded
          CORRUPT                    | 15 | etcdserver: corrupt cluster
          ROOT_USER_MISSING          |  9 | etcdserver: root user does not exist
          ROOT_ROLE_MISSING          |  9 | etcdserver: root user does not have root role
          USER_EXISTS                |  9 | etcdserver: user name already exists
          USER_EMPTY                 |  3 | etcdserver: user name is empty
          USER_NOT_FOUND             |  9 | etcdserver: user name not found
          ROLE_EXISTS                |  9 | etcdserver: role name already exists
          ROLE_NOT_FOUND             |  9 | etcdserver: role name not found
          ROLE_EMPTY                 |  3 | etcdserver: role name is empty
          AUTH_FAILED                |  3 | etcdserver: authentication failed, invalid user ID or password
          NO_PASSWORD_USER           |  2 | auth: authentication failed, password was given for no password user
          PASSWORD_TOO_LONG          |  2 | bcrypt: password length exceeds 72 bytes
          PERMISSION_NOT_GIVEN       |  3 | etcdserver: permission not given
          PERMISSION_DENIED          |  7 | etcdserver: permission denied
          ROLE_NOT_GRANTED           |  9 | etcdserver: role is not granted to the user
          PERMISSION_NOT_GRANTED     |  9 | etcdserver: permission is not granted to the role
          AUTH_NOT_ENABLED           |  9 | etcdserver: authentication is not enabled
          INVALID_AUTH_TOKEN         | 16 | etcdserver: invalid auth token
          INVALID_AUTH_MGMT          |  3 | etcdserver: invalid auth management
          VERIFY_ONLY                |  2 | auth: token signing attempted with verify-only key
          AUTH_OLD_REVISION          |  3 | etcdserver: revision of auth store is old
          MEMBER_EXISTS              |  9 | etcdserver: member ID already exist
          MEMBER_NOT_LEARNER         |  9 | etcdserver: can only promote a learner member
          LEARNER_NOT_READY          |  9 | etcdserver: can only promote a learner member which is in sync with leader
          TOO_MANY_LEARNERS          |  9 | etcdserver: too many learner members in cluster
          NOT_FOR_LEARNER            |  9 | etcdserver: rpc not supported for learner
          MEMBER_NOT_FOUND           |  5 | etcdserver: member not found
          PEER_URL_EXISTS            |  9 | etcdserver: Peer URLs already exists
          BAD_MEMBER_URLS            |  3 | etcdserver: given member URLs are invalid
          NOT_ENOUGH_STARTED         |  9 | etcdserver: re-configuration failed due to not enough started members
          UNHEALTHY                  | 14 | etcdserver: unhealthy cluster
          TOO_MANY_REQUESTS          |  2 | etcdserver: too many requests
          NO_LEADER                  | 14 | etcdserver: no leader
          LEADER_CHANGED             | 14 | etcdserver: leader changed
          STOPPED                    | 14 | etcdserver: server stopped
          TIMEOUT                    | 14 | etcdserver: request timed out
          TIMEOUT_LEADER_FAILED      | 14 | etcdserver: request timed out, possibly due to previous leader failure
          TIMEOUT_CONNECTION_LOST    | 14 | etcdserver: request timed out, possibly due to connection lost
          TIMEOUT_LEADER_TRANSFER    |  2 | etcdserver: request timed out, leader transfer took too long
          NOT_LEADER                 |  9 | etcdserver: not leader
          BAD_LEADER_TRANSFEREE      |  9 | etcdserver: bad leader transferee
          UNKNOWN_METHOD             |  2 | etcdserver: unknown method
          WRONG_DOWNGRADE_VERSION    |  3 | etcdserver: wrong downgrade target version format
          INVALID_DOWNGRADE_TARGET   |  3 | etcdserver: invalid downgrade target version
          SESSION_EXPIRED            |  2 | mutex: session is expired
          NO_LEADER_KEY              |  2 | "leader" field must be provided
          NOT_ELECTED                |  2 | election: not leader
          NOBODY_ELECTED             |  2 | election: no leader
          STREAM_SORT                | 12 | RangeStream does not support custom sort orders
          STREAM_FILTER              | 12 | RangeStream does not support revision filters
          NO_MEMORY                  |  8 | metastore: not enough memory for this call
          DOWNGRADE_BY_FLAG          | 12 | metastore: the imitated version is chosen by the flag --compat-version of each member
          NO_DISK_FOR_SNAPSHOT       |  8 | metastore: not enough free disk space to make a snapshot
          RESPONSE_TOO_LARGE         |  8 | metastore: response is too large, read the range in parts (limit) or as a stream
          """)
  void errorHasEtcdsCodeAndText(EtcdError error, int code, String text) {
    assertThat(error.status().getCode().value()).isEqualTo(code);
    assertThat(error.text()).isEqualTo(text);
    assertThat(error.exception().getStatus()).isEqualTo(error.status());
  }

  @Test
  void tableOfErrorsIsComplete() throws NoSuchMethodException {
    String table =
        EtcdErrorTest.class
            .getDeclaredMethod("errorHasEtcdsCodeAndText", EtcdError.class, int.class, String.class)
            .getAnnotation(CsvSource.class)
            .textBlock();
    assertThat(table.lines().map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactlyElementsOf(Arrays.stream(EtcdError.values()).map(Enum::name).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "KEY_NOT_FOUND, KEY_NOT_FOUND",
    "COMPACTED, COMPACTED",
    "FUTURE_REVISION, FUTURE_REVISION",
    "LEASE_NOT_FOUND, LEASE_NOT_FOUND",
    "LEASE_EXISTS, LEASE_EXISTS",
    "LEASE_TTL_TOO_LARGE, LEASE_TTL_TOO_LARGE",
    "REQUEST_TOO_LARGE, REQUEST_TOO_LARGE",
    "RESPONSE_TOO_LARGE, RESPONSE_TOO_LARGE",
    "NO_SPACE, NO_SPACE",
    "CORRUPT, CORRUPT",
    "LOCK_PLACE_LOST, SESSION_EXPIRED",
    "AUTH_CHANGED, AUTH_OLD_REVISION",
    "AUTH_NOT_ENABLED, AUTH_NOT_ENABLED",
    "ROOT_USER_MISSING, ROOT_USER_MISSING",
    "ROOT_ROLE_MISSING, ROOT_ROLE_MISSING",
    "ROOT_PROTECTED, INVALID_AUTH_MGMT",
    "USER_NOT_FOUND, USER_NOT_FOUND",
    "USER_EXISTS, USER_EXISTS",
    "ROLE_NOT_FOUND, ROLE_NOT_FOUND",
    "ROLE_EXISTS, ROLE_EXISTS",
    "ROLE_NOT_GRANTED, ROLE_NOT_GRANTED",
    "PERMISSION_NOT_GRANTED, PERMISSION_NOT_GRANTED",
    "PERMISSION_DENIED, PERMISSION_DENIED",
    "MEMBER_NOT_FOUND, MEMBER_NOT_FOUND",
    "MEMBER_EXISTS, MEMBER_EXISTS",
    "TOO_MANY_LEARNERS, TOO_MANY_LEARNERS",
    "PEER_URL_EXISTS, PEER_URL_EXISTS"
  })
  void failureOfTheStoreIsMapped(FailureCode code, EtcdError error) {
    assertThat(EtcdErrors.of(code)).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource({
    "TIMEOUT, TIMEOUT",
    "LEADER_FAILED, TIMEOUT_LEADER_FAILED",
    "CONNECTION_LOST, TIMEOUT_CONNECTION_LOST"
  })
  void unknownOutcomeIsATimeout(OutcomeUnknown.Reason reason, EtcdError error) {
    assertThat(EtcdErrors.of(new OutcomeUnknown(reason))).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_LEADER, TIMEOUT",
    "NO_CLUSTER, TIMEOUT",
    "LEADER_CHANGED, LEADER_CHANGED",
    "TIMEOUT, TIMEOUT",
    "STOPPED, STOPPED"
  })
  void requestNotServedIsMapped(NotServed.Reason reason, EtcdError error) {
    assertThat(EtcdErrors.of(new NotServed(reason))).isEqualTo(error);
  }

  @ParameterizedTest
  @EnumSource(NotServed.Reason.class)
  void everyReasonIsMapped(NotServed.Reason reason) {
    assertThat(EtcdErrors.of(new NotServed(reason)).status().isOk()).isFalse();
  }

  @Test
  void everyStoreExceptionIsMapped() {
    assertThat(Set.of(StoreException.class.getPermittedSubclasses()))
        .containsExactlyInAnyOrder(
            OutcomeUnknown.class, NotServed.class, Overloaded.class, ChangeRefused.class);
    for (ChangeRefused.Reason reason : ChangeRefused.Reason.values()) {
      assertThat(EtcdErrors.of(new ChangeRefused(reason, "why")).status().isOk()).isFalse();
    }
    assertThat(EtcdErrors.of(new Overloaded("queue"))).isEqualTo(EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void wrappedFailureIsUnwrapped() {
    Throwable wrapped = new CompletionException(new NotServed(NotServed.Reason.STOPPED));

    assertThat(EtcdErrors.of(wrapped)).isSameAs(EtcdError.STOPPED.exception());
    assertThat(EtcdServices.errorText(wrapped)).isEqualTo("etcdserver: server stopped");
  }

  @Test
  void closedExecutorMeansStopped() {
    assertThat(EtcdErrors.of(new RejectedExecutionException()))
        .isSameAs(EtcdError.STOPPED.exception());
  }

  @Test
  void bugIsUnknownWithItsText() {
    Status status = EtcdErrors.of(new IllegalStateException("broken")).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription()).isEqualTo("broken");
  }
}
