package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.v3electionpb.CampaignRequest;
import io.metastore.etcdapi.v3electionpb.CampaignResponse;
import io.metastore.etcdapi.v3electionpb.LeaderKey;
import io.metastore.etcdapi.v3electionpb.LeaderResponse;
import io.metastore.etcdapi.v3electionpb.ProclaimRequest;
import org.jspecify.annotations.Nullable;

/**
 * Represents elections as keys: a candidate is the key {@code name/<lease in hex>} with the
 * proclaimed value, and the candidate with the lowest create revision leads. etcd's client-side
 * elections use the same keys.
 */
final class ElectionTranslator {
  private static final ByteString SLASH = ByteString.copyFromUtf8("/");

  /** The byte after the slash. */
  private static final ByteString AFTER_SLASH = ByteString.copyFromUtf8("0");

  private ElectionTranslator() {}

  static ByteString candidateKey(ByteString name, long lease) {
    return candidatesFrom(name).concat(ByteString.copyFromUtf8(Long.toHexString(lease)));
  }

  /** The start of the key range with the candidates of an election or the places of a lock. */
  static ByteString candidatesFrom(ByteString name) {
    return name.concat(SLASH);
  }

  /** The end of the key range with the candidates of an election or the places of a lock. */
  static ByteString candidatesTo(ByteString name) {
    return name.concat(AFTER_SLASH);
  }

  /** Makes the caller a candidate, or gives its existing candidate a new value. */
  static Command toCandidacy(CampaignRequest request, long lease) {
    ByteString key = candidateKey(request.getName(), lease);
    Op put = put(key, request.getValue(), lease);
    Txn updateIfChanged =
        Txn.newBuilder()
            .addCompares(
                Compare.newBuilder()
                    .setKey(key)
                    .setTarget(Compare.Target.VALUE)
                    .setRelation(Compare.Relation.EQUAL)
                    .setValue(request.getValue()))
            .addFailure(put)
            .build();
    return command(
        Txn.newBuilder()
            .addCompares(createdAt(key, 0))
            .addSuccess(put)
            .addFailure(Op.newBuilder().setRange(Range.newBuilder().setKey(key)))
            .addFailure(Op.newBuilder().setTxn(updateIfChanged))
            .build());
  }

  /** The candidate that {@link #toCandidacy} found or created. */
  static LeaderKey toLeaderKey(CampaignRequest request, long lease, Outcome.TxnDone candidacy) {
    long createRevision = candidacy.revision();
    if (!candidacy.succeeded()) {
      OpResult existing = candidacy.results().get(0);
      createRevision = ((RangeResult) existing).keyValues().get(0).createRevision();
    }
    return LeaderKey.newBuilder()
        .setName(request.getName())
        .setKey(candidateKey(request.getName(), lease))
        .setRev(createRevision)
        .setLease(lease)
        .build();
  }

  /**
   * Waits until the candidate leads, as a request in the lock queue that consists of the same keys.
   */
  static Acquire toAcquire(LeaderKey candidate) {
    return Acquire.newBuilder()
        .setName(candidate.getName())
        .setLease(candidate.getLease())
        .setMode(Acquire.Mode.EXCLUSIVE)
        .build();
  }

  static Command toProclamation(ProclaimRequest request, long lease) {
    LeaderKey leader = request.getLeader();
    return command(
        Txn.newBuilder()
            .addCompares(createdAt(leader.getKey(), leader.getRev()))
            .addSuccess(put(leader.getKey(), request.getValue(), lease))
            .build());
  }

  /** Has no effect if the key no longer belongs to the same candidate. */
  static Command toResignation(ByteString key, long createRevision) {
    return command(
        Txn.newBuilder()
            .addCompares(createdAt(key, createRevision))
            .addSuccess(Op.newBuilder().setDelete(Delete.newBuilder().setKey(key)))
            .build());
  }

  static Range toLeaderRange(ByteString name) {
    return Range.newBuilder()
        .setKey(candidatesFrom(name))
        .setRangeEnd(candidatesTo(name))
        .setSortTarget(Range.SortTarget.CREATE)
        .setOrder(Range.Order.ASCEND)
        .setLimit(1)
        .build();
  }

  /** The leader found by {@link #toLeaderRange}, or null. */
  static @Nullable KeyValue findLeader(Outcome.Ranged ranged) {
    return ranged.result().keyValues().isEmpty() ? null : ranged.result().keyValues().get(0);
  }

  static WatchSpec toCandidatesWatch(ByteString name, long startRevision) {
    return watch(candidatesFrom(name), candidatesTo(name), startRevision);
  }

  static WatchSpec toLeaderWatch(ByteString key, long startRevision) {
    return watch(key, ByteString.EMPTY, startRevision);
  }

  static CampaignResponse toElected(ResponseHeader header, LeaderKey leader) {
    return CampaignResponse.newBuilder().setHeader(header).setLeader(leader).build();
  }

  static LeaderResponse toLeader(ResponseHeader header, KeyValue leader) {
    return LeaderResponse.newBuilder().setHeader(header).setKv(KeyValues.toWire(leader)).build();
  }

  private static WatchSpec watch(ByteString key, ByteString rangeEnd, long startRevision) {
    return new WatchSpec(key, rangeEnd, startRevision, true, true, false, false);
  }

  private static Compare createdAt(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.Target.CREATE)
        .setRelation(Compare.Relation.EQUAL)
        .setNumber(revision)
        .build();
  }

  private static Op put(ByteString key, ByteString value, long lease) {
    return Op.newBuilder()
        .setPut(Put.newBuilder().setKey(key).setValue(value).setLease(lease))
        .build();
  }

  private static Command command(Txn txn) {
    return Command.newBuilder().setTxn(txn).build();
  }
}
