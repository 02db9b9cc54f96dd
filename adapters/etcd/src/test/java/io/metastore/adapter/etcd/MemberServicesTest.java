package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.ServiceFixture.next;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberIds;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest.AlarmAction;
import io.metastore.etcdapi.etcdserverpb.AlarmResponse;
import io.metastore.etcdapi.etcdserverpb.AlarmType;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.DefragmentRequest;
import io.metastore.etcdapi.etcdserverpb.DefragmentResponse;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberAddResponse;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberListResponse;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Maintenance, Cluster and health: the status of a member. */
final class MemberServicesTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeMetastore store = fixture.store;
  private final MaintenanceGrpc.MaintenanceBlockingStub maintenance =
      MaintenanceGrpc.newBlockingStub(fixture.channel);
  private final ClusterGrpc.ClusterBlockingStub cluster =
      ClusterGrpc.newBlockingStub(fixture.channel);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void statusShowsTheMembersState() {
    StatusResponse status = maintenance.status(StatusRequest.getDefaultInstance());

    assertThat(status.getVersion()).isEqualTo("3.7.1");
    assertThat(status.getStorageVersion()).isEqualTo("3.7.0");
    assertThat(status.getLeader()).isEqualTo(22);
    assertThat(status.getRaftTerm()).isEqualTo(3);
    assertThat(status.getRaftIndex()).isEqualTo(500);
    assertThat(status.getRaftAppliedIndex()).isEqualTo(499);
    assertThat(status.getDbSize()).isEqualTo(4096);
    assertThat(status.getDbSizeInUse()).isEqualTo(2048);
    assertThat(status.getDbSizeQuota()).isEqualTo(8192);
    assertThat(status.getErrorsList()).isEmpty();
    assertThat(status.getHeader().getRevision()).isEqualTo(100);
  }

  @Test
  void statusReportsAMissingLeaderAsAnError() {
    store.cluster.leader = 0;

    assertThat(maintenance.status(StatusRequest.getDefaultInstance()).getErrorsList())
        .containsExactly("etcdserver: no leader");
  }

  @Test
  void olderVersionsDoNotReportAStorageVersion() {
    try (ServiceFixture old =
        new ServiceFixture(
            new EtcdSettings("3.5.21", 128, 1000, false, LiveServer.SCRATCH, null))) {
      StatusResponse status =
          MaintenanceGrpc.newBlockingStub(old.channel).status(StatusRequest.getDefaultInstance());

      assertThat(status.getVersion()).isEqualTo("3.5.21");
      assertThat(status.getStorageVersion()).isEmpty();
      assertThat(status.hasDowngradeInfo()).isFalse();
      assertThat(status.getDbSizeQuota()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"3.7.1, 5, true", "3.5.21, 5, true", "3.4.23, 5, false", "3.4.23, 6, true"})
  void etcd34RefusesTheHashAtTheCompactedRevision(String version, long revision, boolean answered) {
    try (ServiceFixture other =
        new ServiceFixture(new EtcdSettings(version, 128, 1000, false, LiveServer.SCRATCH, null))) {
      other.store.onRead = completedFuture(new Outcome.Hashed(9, 7, revision, 5));
      MaintenanceGrpc.MaintenanceBlockingStub member =
          MaintenanceGrpc.newBlockingStub(other.channel);
      HashKVRequest request = HashKVRequest.newBuilder().setRevision(revision).build();
      if (answered) {
        assertThat(member.hashKV(request).getHash()).isEqualTo(7);
      } else {
        assertThatThrownBy(() -> member.hashKV(request))
            .hasMessageContaining("mvcc: required revision has been compacted");
      }
    }
  }

  @Test
  void settingsRefuseInvalidVersions() {
    assertThatThrownBy(() -> new EtcdSettings("latest", 128, 1000, false, LiveServer.SCRATCH, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EtcdSettings("3.7.1", -1, 1000, false, LiveServer.SCRATCH, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void defragmentAnswersWhenItIsDone() {
    ListenableFuture<DefragmentResponse> response =
        MaintenanceGrpc.newFutureStub(fixture.channel)
            .defragment(DefragmentRequest.getDefaultInstance());
    assertThat(response.isDone()).isFalse();

    store.defragmented.complete(null);
    assertThat(response).succeedsWithin(Duration.ofSeconds(20));
  }

  @Test
  void statusShowsAlarms() {
    store.cluster.alarms = List.of(alarm(Alarm.Kind.NOSPACE, 22), alarm(Alarm.Kind.CORRUPT, -1));

    assertThat(maintenance.status(StatusRequest.getDefaultInstance()).getErrorsList())
        .containsExactly(
            "memberID:22 alarm:NOSPACE ", "memberID:18446744073709551615 alarm:CORRUPT ");
  }

  @ParameterizedTest
  @CsvSource({"NONE, NOSPACE CORRUPT", "NOSPACE, NOSPACE", "CORRUPT, CORRUPT"})
  void alarmsAreListedByKind(AlarmType kind, String listed) {
    FakeView view = new FakeView();
    view.alarms = List.of(alarm(Alarm.Kind.NOSPACE, 22), alarm(Alarm.Kind.CORRUPT, 23));
    store.onView = completedFuture(view);

    AlarmResponse response = maintenance.alarm(AlarmRequest.newBuilder().setAlarm(kind).build());

    assertThat(response.getAlarmsList())
        .extracting(member -> member.getAlarm().name())
        .containsExactly(listed.split(" "));
    assertThat(response.getHeader().getRevision()).isEqualTo(100);
    assertThat(next(store.reads).consistency()).isEqualTo(Consistency.LINEARIZABLE);
    assertThat(view.closed).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "ACTIVATE, NOSPACE, true, 1",
    "ACTIVATE, CORRUPT, true, 1",
    "DEACTIVATE, NOSPACE, true, 1",
    "DEACTIVATE, NOSPACE, false, 0"
  })
  void changedAlarmIsAnsweredUnlessThereWasNone(
      AlarmAction action, AlarmType kind, boolean raised, int answered) {
    store.onSubmit = command -> completedFuture(new Outcome.AlarmChanged(100, raised));

    AlarmResponse response =
        maintenance.alarm(
            AlarmRequest.newBuilder().setAction(action).setAlarm(kind).setMemberID(-7).build());

    ChangeAlarm change = next(store.submitted).getChangeAlarm();
    assertThat(change.getAlarm()).isEqualTo(alarm(Alarm.Kind.valueOf(kind.name()), -7));
    assertThat(change.getRaised()).isEqualTo(action == AlarmAction.ACTIVATE);
    assertThat(response.getAlarmsCount()).isEqualTo(answered);
    response.getAlarmsList().forEach(member -> assertThat(member.getMemberID()).isEqualTo(-7));
  }

  @Test
  void alarmOfUnknownKindChangesNothing() {
    FakeView view = new FakeView();
    view.alarms = List.of(alarm(Alarm.Kind.NOSPACE, 22));
    store.onView = completedFuture(view);

    AlarmResponse response =
        maintenance.alarm(AlarmRequest.newBuilder().setAction(AlarmAction.ACTIVATE).build());

    assertThat(response.getAlarmsList()).isEmpty();
    assertThat(store.submitted).isEmpty();
  }

  private static Alarm alarm(Alarm.Kind kind, long member) {
    return Alarm.newBuilder().setKind(kind).setMemberId(member).build();
  }

  @Test
  void membersAreListedWithoutARevision() {
    FakeView view = new FakeView();
    store.onView = completedFuture(view);

    MemberListResponse list =
        cluster.memberList(MemberListRequest.newBuilder().setLinearizable(true).build());

    assertThat(next(store.reads).consistency()).isEqualTo(Consistency.LINEARIZABLE);
    assertThat(view.closed).isTrue();
    assertThat(list.getHeader().getRevision()).isZero();
    assertThat(list.getHeader().getClusterId()).isEqualTo(11);
    assertThat(list.getMembers(0).getName()).isEqualTo("a");
    assertThat(list.getMembers(0).getPeerURLsList()).containsExactly("http://127.0.0.1:1");
    assertThat(list.getMembers(0).getClientURLsList()).containsExactly("http://127.0.0.1:2");
    assertThat(list.getMembers(1).getID()).isEqualTo(-5);
    assertThat(list.getMembers(1).getName()).isEmpty();
    assertThat(list.getMembers(1).getClientURLsList()).isEmpty();
  }

  @Test
  void membersAreListedWithoutALeaderOnlyBySerializableReads() {
    store.onView = failedFuture(new NotServed(NotServed.Reason.TIMEOUT));

    assertFails(
        () -> cluster.memberList(MemberListRequest.newBuilder().setLinearizable(true).build()),
        EtcdError.TIMEOUT);
    store.onView = completedFuture(new FakeView());
    assertThat(cluster.memberList(MemberListRequest.getDefaultInstance()).getMembersCount())
        .isEqualTo(2);
  }

  @Test
  void learnersServeOnlyTheirStatusAndTheirOwnData() {
    store.cluster.learner = true;
    store.onRead = failedFuture(new NotServed(NotServed.Reason.STOPPED));
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(fixture.channel);
    RangeRequest range = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();

    assertThat(maintenance.status(StatusRequest.getDefaultInstance()).getIsLearner()).isTrue();
    assertFails(() -> kv.range(range.toBuilder().setSerializable(true).build()), EtcdError.STOPPED);
    assertFails(() -> kv.range(range), EtcdError.NOT_FOR_LEARNER);
    assertFails(
        () -> cluster.memberList(MemberListRequest.getDefaultInstance()),
        EtcdError.NOT_FOR_LEARNER);
  }

  @Test
  void addedMemberHasEtcdsId() {
    store.onView = completedFuture(new FakeView());

    MemberAddResponse added =
        cluster.memberAdd(
            MemberAddRequest.newBuilder()
                .addPeerURLs("http://b:1 ")
                .addPeerURLs("http://a:1")
                .setIsLearner(true)
                .build());

    AddPeer announced = next(store.membership.announced);
    assertThat(announced.getPeerUrlsList()).containsExactly("http://a:1", "http://b:1");
    assertThat(announced.getLearner()).isTrue();
    // The time is the one at which the service was asked, in seconds.
    long now = System.currentTimeMillis() / 1000;
    assertThat(LongStream.rangeClosed(now - 60, now))
        .anyMatch(
            second ->
                MemberIds.member(announced.getPeerUrlsList(), Long.toString(second))
                    == announced.getId());
    assertThat(added.getMember().getID()).isEqualTo(announced.getId());
    assertThat(added.getMember().getName()).isEmpty();
    assertThat(added.getMember().getPeerURLsList()).isEqualTo(announced.getPeerUrlsList());
    assertThat(added.getMember().getIsLearner()).isTrue();
    assertThat(added.getMembersCount()).isEqualTo(2);
    assertThat(added.getHeader().getRevision()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:1", "http://a", "ftp://a:1", "http://a:1/path"})
  void memberWithoutUsableUrlsIsNotAdded(String url) {
    MemberAddRequest.Builder request = MemberAddRequest.newBuilder();
    if (!url.isEmpty()) {
      request.addPeerURLs("http://b:1").addPeerURLs(url);
    }
    assertFails(() -> cluster.memberAdd(request.build()), EtcdError.BAD_MEMBER_URLS);
    assertThat(store.membership.announced).isEmpty();
  }

  @Test
  void refusedPromotionHasEtcdsText() {
    store.membership.onPromote =
        failedFuture(new ChangeRefused(ChangeRefused.Reason.NOT_CAUGHT_UP, "why"));
    assertFails(
        () -> cluster.memberPromote(MemberPromoteRequest.newBuilder().setID(5).build()),
        EtcdError.LEARNER_NOT_READY);
  }

  @Test
  void serverIsHealthy() {
    assertThat(
            HealthGrpc.newBlockingStub(fixture.channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  private static final class FakeView implements FakeReadView {
    final AtomicBoolean closed = new AtomicBoolean();
    List<Alarm> alarms = List.of();

    @Override
    public List<Alarm> alarms() {
      return alarms;
    }

    @Override
    public long revision() {
      return 1;
    }

    @Override
    public Outcome range(Range range) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome readTxn(Txn txn, long bytesMax) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long answerBytes(Txn txn) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }
}
