package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.etcd.db.DbContents;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmResponse;
import io.metastore.etcdapi.etcdserverpb.DefragmentRequest;
import io.metastore.etcdapi.etcdserverpb.DefragmentResponse;
import io.metastore.etcdapi.etcdserverpb.DowngradeInfo;
import io.metastore.etcdapi.etcdserverpb.DowngradeRequest;
import io.metastore.etcdapi.etcdserverpb.DowngradeResponse;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import io.metastore.etcdapi.etcdserverpb.HashRequest;
import io.metastore.etcdapi.etcdserverpb.HashResponse;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.SnapshotRequest;
import io.metastore.etcdapi.etcdserverpb.SnapshotResponse;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** etcd's {@code Maintenance}. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceService.class);

  private static final int DOWNGRADE_SINCE_MINOR = 5;
  private static final int HASH_AT_COMPACTED_SINCE_MINOR = 5;

  /** Major and minor version, and whatever may follow in a semantic version. */
  private static final Pattern TARGET_VERSION =
      Pattern.compile(
          "(\\d{1,9})\\.(\\d{1,9})(?:\\.\\d+(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?)?");

  private final Metastore metastore;
  private final ClusterView cluster;
  private final ResponseHeaders headers;
  private final EtcdSettings settings;
  private final SnapshotFiles snapshots;
  private final Executor hashing;

  /**
   * @param hashing computes hashes, one at a time
   */
  MaintenanceService(
      Metastore metastore,
      ResponseHeaders headers,
      EtcdSettings settings,
      SnapshotFiles snapshots,
      Executor hashing) {
    this.metastore = metastore;
    this.cluster = metastore.cluster();
    this.headers = headers;
    this.settings = settings;
    this.snapshots = snapshots;
    this.hashing = hashing;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
    long leader = cluster.leaderId();
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setHeader(headers.now())
            .setVersion(settings.compatVersion())
            .setDbSize(cluster.sizeBytes())
            .setDbSizeInUse(cluster.sizeInUseBytes())
            .setLeader(leader)
            .setIsLearner(cluster.isLearner())
            .setRaftIndex(cluster.committedIndex())
            .setRaftAppliedIndex(cluster.appliedIndex())
            .setRaftTerm(cluster.term());
    if (!settings.storageVersion().isEmpty()) {
      status
          .setStorageVersion(settings.storageVersion())
          .setDbSizeQuota(cluster.quotaBytes())
          .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    }
    if (leader == 0) {
      status.addErrors(EtcdError.NO_LEADER.text());
    }
    cluster.alarms().forEach(alarm -> status.addErrors(AlarmTranslator.toText(alarm)));
    UnaryAnswer.send(call, status.build());
  }

  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> call) {
    LOG.info("starting defragment");
    metastore
        .defragment()
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.atWarn().setCause(failure).log("failed to defragment");
                call.onError(EtcdErrors.of(failure));
                return;
              }
              LOG.info("finished defragment");
              UnaryAnswer.send(call, DefragmentResponse.getDefaultInstance());
            });
  }

  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> call) {
    if (AlarmTranslator.isChange(request)) {
      metastore
          .submit(AlarmTranslator.toCommand(request))
          .whenComplete(
              new Answer<>(
                  call,
                  headers,
                  metastore.scans(),
                  (header, outcome) -> AlarmTranslator.toChanged(request, header, outcome)));
      return;
    }
    metastore
        .view(Consistency.LINEARIZABLE)
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              try (view) {
                UnaryAnswer.send(
                    call, AlarmTranslator.toList(request, headers.now(), view.alarms()));
              }
            });
  }

  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> call) {
    SnapshotFiles.Shared source = snapshots.request();
    new SnapshotStream(
            source,
            metastore.bulk(),
            (ServerCallStreamObserver<SnapshotResponse>) call,
            settings.storageVersion())
        .start(source.file());
  }

  /** As in etcd, of this member's own view, without asking the others. */
  @Override
  public void hash(HashRequest request, StreamObserver<HashResponse> call) {
    try {
      hashing.execute(
          () -> {
            HashResponse answer;
            try (ReadView view = metastore.view(Consistency.SERIALIZABLE).join()) {
              answer = hash(view);
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
              call.onError(EtcdErrors.of(e));
              return;
            }
            UnaryAnswer.send(call, answer);
          });
    } catch (RejectedExecutionException e) {
      call.onError(EtcdError.TOO_MANY_REQUESTS.exception());
    }
  }

  private HashResponse hash(ReadView view) throws IOException {
    DbContents contents =
        new DbContents(
            view, cluster.members(), settings.clusterVersion(), settings.storageVersion());
    return HashResponse.newBuilder()
        .setHeader(headers.at(view.revision()))
        .setHash(contents.hash(settings.scratch()))
        .build();
  }

  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> call) {
    metastore
        .hash(request.getRevision())
        .thenApply(outcome -> refuseCompacted(outcome, request.getRevision()))
        .whenComplete(
            new Answer<>(call, headers, metastore.scans(), MaintenanceService::toHashReply));
  }

  /** etcd 3.4 refuses the compacted revision itself, too. */
  private Outcome refuseCompacted(Outcome outcome, long revision) {
    if (settings.minor() < HASH_AT_COMPACTED_SINCE_MINOR
        && revision > 0
        && outcome instanceof Outcome.Hashed hashed
        && hashed.compacted() == revision) {
      throw EtcdError.COMPACTED.exception();
    }
    return outcome;
  }

  private static HashKVResponse toHashReply(ResponseHeader header, Outcome outcome) {
    Outcome.Hashed hashed = (Outcome.Hashed) outcome;
    return HashKVResponse.newBuilder()
        .setHeader(header)
        .setHash(hashed.hash())
        .setCompactRevision(hashed.compacted())
        .setHashRevision(hashed.hashedRevision())
        .build();
  }

  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> call) {
    long target = request.getTargetID();
    if (cluster.leaderId() != cluster.memberId()) {
      call.onError(EtcdError.NOT_LEADER.exception());
      return;
    }
    if (cluster.members().stream()
        .noneMatch(member -> member.id() == target && !member.learner())) {
      call.onError(EtcdError.BAD_LEADER_TRANSFEREE.exception());
      return;
    }
    metastore
        .membership()
        .transferLeadership(target)
        .whenComplete(
            (moved, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
              } else if (!moved) {
                call.onError(EtcdError.TIMEOUT_LEADER_TRANSFER.exception());
              } else {
                UnaryAnswer.send(call, MoveLeaderResponse.getDefaultInstance());
              }
            });
  }

  /** Only checks the request: the imitated version is chosen by a flag of each member. */
  @Override
  public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> call) {
    StatusRuntimeException refusal = findRefusal(request);
    if (refusal != null) {
      call.onError(refusal);
      return;
    }
    UnaryAnswer.send(
        call,
        DowngradeResponse.newBuilder()
            .setHeader(headers.now())
            .setVersion("3." + settings.minor())
            .build());
  }

  private @Nullable StatusRuntimeException findRefusal(DowngradeRequest request) {
    if (settings.minor() < DOWNGRADE_SINCE_MINOR) {
      return Status.UNIMPLEMENTED
          .withDescription("unknown method Downgrade for service etcdserverpb.Maintenance")
          .asRuntimeException();
    }
    return switch (request.getAction()) {
      case VALIDATE -> findRefusal(request.getVersion());
      case ENABLE -> {
        StatusRuntimeException refusal = findRefusal(request.getVersion());
        yield refusal == null ? EtcdError.DOWNGRADE_BY_FLAG.exception() : refusal;
      }
      case CANCEL -> null; // as in etcd, also if no downgrade is in progress
      case UNRECOGNIZED -> EtcdError.UNKNOWN_METHOD.exception();
    };
  }

  /** The only valid target is the minor version before. */
  private @Nullable StatusRuntimeException findRefusal(String targetVersion) {
    Matcher target = TARGET_VERSION.matcher(targetVersion);
    if (!target.matches()) {
      return EtcdError.WRONG_DOWNGRADE_VERSION.exception();
    }
    boolean valid =
        target.group(1).equals("3")
            && target.group(2).equals(Integer.toString(settings.minor() - 1));
    return valid ? null : EtcdError.INVALID_DOWNGRADE_TARGET.exception();
  }
}
