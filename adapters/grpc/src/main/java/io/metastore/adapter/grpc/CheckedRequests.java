package io.metastore.adapter.grpc;

import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a call's requests to its service after each has been authorized.
 *
 * <p>A request may be refused only because this member's rules are out of date. In that case the
 * call waits until this member has applied everything that was committed when the request arrived,
 * and is authorized again. Later requests of the call wait, too. All state that is not volatile
 * belongs to the running task.
 */
public final class CheckedRequests<Q> extends ServerCall.Listener<Q> {
  private static final Logger LOG = LoggerFactory.getLogger(CheckedRequests.class);

  private final Metastore metastore;
  private final CallAccess access;
  private final Function<Q, Demand> demands;
  private final Function<Throwable, StatusRuntimeException> errors;
  private final GuardedCall<?, ?> call;
  private final ServerCall.Listener<Q> service;
  private final Executor loop = EventLoops.currentOrAny();
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final SerialTask passing = new SerialTask(this::passOn);

  /** Set when the barrier that a request waits for has been passed; null before. */
  private volatile @Nullable Runnable decision;

  private boolean waiting;
  private boolean refused;

  private CheckedRequests(
      Metastore metastore,
      CallAccess access,
      Function<Q, Demand> demands,
      Function<Throwable, StatusRuntimeException> errors,
      GuardedCall<?, ?> call,
      ServerCall.Listener<Q> service) {
    this.metastore = metastore;
    this.access = access;
    this.demands = demands;
    this.errors = errors;
    this.call = call;
    this.service = service;
  }

  /**
   * Starts a call whose requests and responses are authorized.
   *
   * @param demands what a request needs; may throw if the request is malformed
   * @param errors the status that ends the call if a demand or the service throws
   */
  public static <Q, R> ServerCall.Listener<Q> start(
      Metastore metastore,
      CallAccess.Caller caller,
      Function<Q, Demand> demands,
      Function<Throwable, StatusRuntimeException> errors,
      ServerCall<Q, R> call,
      Metadata metadata,
      ServerCallHandler<Q, R> next) {
    CallAccess access = new CallAccess(metastore, caller);
    GuardedCall<Q, R> guarded = new GuardedCall<>(call, access::findRefusalOfAnswer);
    return new CheckedRequests<>(
        metastore,
        access,
        demands,
        errors,
        guarded,
        Contexts.interceptCall(access.inContext(), guarded, metadata, next));
  }

  @Override
  public void onMessage(Q request) {
    pass(() -> decide(request));
  }

  @Override
  public void onHalfClose() {
    pass(
        () -> {
          if (!refused) {
            service.onHalfClose();
          }
        });
  }

  @Override
  public void onCancel() {
    pass(service::onCancel);
  }

  @Override
  public void onComplete() {
    pass(service::onComplete);
  }

  @Override
  public void onReady() {
    pass(service::onReady);
  }

  private void pass(Runnable event) {
    events.add(event);
    passing.wake();
  }

  private void passOn() {
    Runnable decided = decision;
    if (waiting && decided != null) {
      waiting = false;
      decision = null;
      run(decided);
    }
    while (!waiting) {
      Runnable event = events.poll();
      if (event == null) {
        return;
      }
      run(event);
    }
  }

  /**
   * Ends the call if the service throws. The service must still be told about the end of the call.
   */
  private void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      refused = true;
      call.end(errors.apply(e));
    }
  }

  private void decide(Q request) {
    if (refused) {
      return;
    }
    Demand demand = demands.apply(request);
    StatusRuntimeException refusal = access.findRefusal(demand);
    if (refusal != null && access.isNamed()) {
      decideWhenUpToDate(request, demand, refusal);
    } else {
      passOn(request, demand, refusal);
    }
  }

  private void decideWhenUpToDate(Q request, Demand demand, StatusRuntimeException first) {
    waiting = true;
    metastore
        .view(Consistency.LINEARIZABLE)
        .whenComplete(
            (view, failure) -> {
              if (view != null) {
                view.close();
              }
              decision =
                  () -> passOn(request, demand, failure == null ? access.findRefusal() : first);
              wakeLater();
            });
  }

  private void passOn(Q request, Demand demand, @Nullable StatusRuntimeException refusal) {
    if (refusal != null && !demand.refusedByService()) {
      throw refusal;
    }
    service.onMessage(request);
  }

  private void wakeLater() {
    try {
      passing.wakeOn(loop);
    } catch (RejectedExecutionException e) {
      // The server has stopped and closed every connection.
      LOG.debug("server stopped, authorization dropped", e);
    }
  }
}
