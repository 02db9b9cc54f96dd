package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.StoreException;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ErrorsTest {
  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void everyFailureOfTheStoreHasAReason(FailureCode code) {
    Reason expected =
        switch (code) {
          case KEY_NOT_FOUND,
              MEMBER_NOT_FOUND,
              MEMBER_EXISTS,
              TOO_MANY_LEARNERS,
              PEER_URL_EXISTS,
              LEASE_EXISTS,
              USER_EXISTS,
              ROLE_EXISTS,
              ROLE_NOT_GRANTED,
              PERMISSION_NOT_GRANTED ->
              Reason.BUG;
          case PERMISSION_DENIED -> Reason.PERMISSION_DENIED;
          case COMPACTED -> Reason.COMPACTED;
          case FUTURE_REVISION -> Reason.FUTURE_REVISION;
          case LEASE_NOT_FOUND -> Reason.UNKNOWN_CLIENT;
          case CLIENT_ENDED -> Reason.CLIENT_CLOSED;
          case LEASE_TTL_TOO_LARGE -> Reason.BAD_REQUEST;
          case REQUEST_TOO_LARGE -> Reason.TOO_LARGE;
          case RESPONSE_TOO_LARGE -> Reason.ANSWER_TOO_LARGE;
          case NO_SPACE -> Reason.NO_SPACE;
          case CORRUPT -> Reason.CORRUPT;
          case LOCK_PLACE_LOST -> Reason.PLACE_LOST;
          case LOCK_MODE -> Reason.LOCK_MODE;
          case STALE_TOKEN -> Reason.STALE_TOKEN;
          case READ_TOO_OLD -> Reason.READ_TOO_OLD;
          case AUTH_CHANGED -> Reason.UNAUTHENTICATED;
          case AUTH_ALREADY_ENABLED,
              AUTH_NOT_ENABLED,
              ROOT_USER_MISSING,
              ROOT_ROLE_MISSING,
              ROOT_PROTECTED ->
              Reason.ACL_STATE;
          case USER_NOT_FOUND, ROLE_NOT_FOUND -> Reason.UNKNOWN_PRINCIPAL;
          case ZNODE_NOT_FOUND -> Reason.UNKNOWN_ZNODE;
          case ZNODE_EXISTS -> Reason.ZNODE_EXISTS;
          case ZNODE_VERSION -> Reason.ZNODE_VERSION;
          case ZNODE_NOT_EMPTY -> Reason.ZNODE_NOT_EMPTY;
          case ZNODE_DENIED -> Reason.PERMISSION_DENIED;
          case ZNODE_REFUSED -> Reason.ZNODE_REFUSED;
        };

    assertThat(Errors.toRefusal(Failure.of(code)).detail().getReason()).isEqualTo(expected);
  }

  static Stream<StoreException> failuresOfTheWorld() {
    List<StoreException> failures = new ArrayList<>();
    failures.add(new Overloaded("queue"));
    for (NotServed.Reason reason : NotServed.Reason.values()) {
      failures.add(new NotServed(reason));
    }
    for (OutcomeUnknown.Reason reason : OutcomeUnknown.Reason.values()) {
      failures.add(new OutcomeUnknown(reason));
    }
    return failures.stream();
  }

  @ParameterizedTest
  @MethodSource("failuresOfTheWorld")
  void systemFailuresReportWhetherTheCallHadAnEffect(StoreException failure) {
    Reason expected;
    Code code;
    if (failure instanceof OutcomeUnknown) {
      expected = Reason.OUTCOME_UNKNOWN;
      code = Code.UNKNOWN;
    } else if (failure instanceof Overloaded) {
      expected = Reason.OVERLOADED;
      code = Code.RESOURCE_EXHAUSTED;
    } else {
      NotServed notServed = (NotServed) failure;
      expected =
          switch (notServed.reason()) {
            case NO_LEADER, NO_CLUSTER, LEADER_CHANGED, TIMEOUT -> Reason.NO_LEADER;
            case NO_MEMORY -> Reason.OVERLOADED;
            case STOPPED -> Reason.STOPPING;
          };
      code =
          notServed.reason() == NotServed.Reason.NO_MEMORY
              ? Code.RESOURCE_EXHAUSTED
              : Code.UNAVAILABLE;
    }

    var exception = Errors.of(new CompletionException(failure));

    assertThat(NativeServer.errorOf(exception))
        .isEqualTo(ErrorDetail.newBuilder().setReason(expected).build());
    assertThat(exception.getStatus().getCode()).isEqualTo(code);
  }

  @Test
  void allSubclassesOfStoreExceptionAreTried() {
    assertThat(StoreException.class.getPermittedSubclasses())
        .containsExactlyInAnyOrder(
            OutcomeUnknown.class, NotServed.class, Overloaded.class, ChangeRefused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "BAD_REQUEST, BAD_REQUEST, INVALID_ARGUMENT",
    "UNKNOWN_MEMBER, UNKNOWN_MEMBER, NOT_FOUND",
    "ALREADY_MEMBER, ALREADY_MEMBER, FAILED_PRECONDITION",
    "IN_PROGRESS, CHANGE_IN_PROGRESS, FAILED_PRECONDITION",
    "ID_EXISTS, ALREADY_MEMBER, FAILED_PRECONDITION",
    "NOT_LEARNER, BAD_REQUEST, INVALID_ARGUMENT",
    "TOO_MANY_LEARNERS, BAD_REQUEST, INVALID_ARGUMENT",
    "NOT_CAUGHT_UP, UNSAFE_CHANGE, UNAVAILABLE",
    "NOT_STARTED, UNSAFE_CHANGE, UNAVAILABLE",
    "UNSAFE, UNSAFE_CHANGE, UNAVAILABLE"
  })
  void aRefusedChangeOfMembersSaysWhy(ChangeRefused.Reason why, Reason reason, Code code) {
    var exception = Errors.of(new CompletionException(new ChangeRefused(why, "in words")));

    assertThat(NativeServer.errorOf(exception).getReason()).isEqualTo(reason);
    assertThat(exception.getStatus().getCode()).isEqualTo(code);
    assertThat(exception.getStatus().getDescription()).isEqualTo("in words");
  }

  @Test
  void unexpectedExceptionIsABug() {
    assertThat(NativeServer.errorOf(Errors.of(new IllegalStateException("x"))).getReason())
        .isEqualTo(Reason.BUG);
    assertThat(NativeServer.errorOf(Errors.of(new RejectedExecutionException())).getReason())
        .isEqualTo(Reason.STOPPING);
  }

  @Test
  void errorsWithLongPathsFitIntoTrailers() {
    String component = "\ud83d\ude00".repeat(20_000);
    var failure =
        Errors.of(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> Paths.toKey("key", "/" + component)));

    assertThat(NativeServer.errorOf(failure).getSerializedSize()).isLessThan(2500);
    assertThat(failure.getStatus().getDescription()).hasSizeLessThan(200);
  }
}
