package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.LockMode;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.QueryResponse;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.ReleaseResponse;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Release;
import java.util.List;

/** Translates the calls about locks. */
final class LockTranslator {
  static final long LOCK_DELAY_MS_MAX = 60_000;

  private LockTranslator() {}

  static Acquire toAcquire(AcquireRequest request) {
    if (request.hasWaitMs()) {
      Limits.notNegative("wait_ms", request.getWaitMs());
    }
    long delayMs = Limits.notNegative("lock_delay_ms", request.getLockDelayMs());
    if (delayMs > LOCK_DELAY_MS_MAX) {
      throw Refusal.badRequest("lock_delay_ms", "must be at most " + LOCK_DELAY_MS_MAX);
    }
    return Acquire.newBuilder()
        .setName(Paths.toKey("lock", request.getLock()))
        .setLease(Limits.positive("client_id", request.getClientId()))
        .setMode(toMode(request.getMode()))
        .setTryOnly(request.hasWaitMs() && request.getWaitMs() == 0)
        .setLockDelay(Limits.toSeconds(delayMs))
        .build();
  }

  private static Acquire.Mode toMode(LockMode mode) {
    return switch (mode) {
      case EXCLUSIVE -> Acquire.Mode.EXCLUSIVE;
      case SHARED -> Acquire.Mode.SHARED;
      case UNRECOGNIZED -> throw Refusal.badRequest("mode", "is unknown");
    };
  }

  static AcquireResponse toReply(AcquireRequest request, Acquire acquire, Outcome outcome) {
    Outcome.LockPlace place = (Outcome.LockPlace) outcome;
    if (place.key() == null) {
      return toNotAcquired(place.revision());
    }
    Sequencer sequencer =
        new Sequencer(acquire.getMode(), acquire.getLease(), place.token(), request.getLock());
    return AcquireResponse.newBuilder()
        .setRevision(place.revision())
        .setAcquired(true)
        .setToken(place.token())
        .setSequencer(sequencer.toText())
        .build();
  }

  static AcquireResponse toNotAcquired(long revision) {
    return AcquireResponse.newBuilder().setRevision(revision).build();
  }

  static Command toCommand(ReleaseRequest request) {
    return Command.newBuilder()
        .setRelease(
            Release.newBuilder()
                .setName(Paths.toKey("lock", request.getLock()))
                .setToken(Limits.positive("token", request.getToken())))
        .build();
  }

  static ReleaseResponse toReleased(Outcome outcome) {
    return ReleaseResponse.newBuilder().setRevision(outcome.revision()).build();
  }

  /**
   * @param nowMs since 1970
   */
  static QueryResponse toReply(ReadView view, ByteString lock, long nowMs) {
    QueryResponse.Builder reply = QueryResponse.newBuilder().setRevision(view.revision());
    List<LockPlaceView> queue = view.lockQueue(lock);
    for (LockPlaceView place : queue) {
      reply.addPlaces(toWire(place, nowMs));
    }
    return reply.build();
  }

  /**
   * @param nowMs since 1970
   */
  static Place toWire(LockPlaceView place, long nowMs) {
    return Place.newBuilder()
        .setToken(place.token())
        .setState(
            switch (place.state()) {
              case WAITING -> Place.State.WAITING;
              case HELD -> Place.State.HELD;
              case DELAYED -> Place.State.DELAYED;
            })
        .setMode(
            switch (place.mode()) {
              case EXCLUSIVE -> LockMode.EXCLUSIVE;
              case SHARED -> LockMode.SHARED;
              case UNRECOGNIZED -> throw new IllegalStateException("mode of " + place);
            })
        .setClientId(place.owner())
        .setLabel(place.label())
        .setAgeMs(Math.max(0, nowMs - place.takenMs()))
        .build();
  }
}
