package io.metastore.adapter.metastore;

import io.grpc.ServerCall;
import io.metastore.adapter.grpc.EventLoops;
import io.metastore.adapter.grpc.GuardedCall;
import io.metastore.adapter.grpc.SerialTask;
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
 * Passes on what comes from the client of one call, once each request has been decided on.
 *
 * <p>A refusal may be for no other reason than that this member is behind: then the call waits
 * until it knows what was known anywhere when the call came, and is decided on again. What comes
 * meanwhile waits too. All state but what is volatile belongs to whoever runs the task.
 */
final class CheckedRequests<Q> extends ServerCall.Listener<Q> {
  private static final Logger LOG = LoggerFactory.getLogger(CheckedRequests.class);

  private final Metastore metastore;
  private final Access access;
  private final Function<Q, Requirements.Needs> needs;
  private final GuardedCall<?, ?> call;
  private final ServerCall.Listener<Q> service;
  private final Executor loop = EventLoops.currentOrAny();
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final SerialTask passing = new SerialTask(this::passOn);

  /** What to do when the barrier that a request waits for has been passed; null while it is not. */
  private volatile @Nullable Runnable decision;

  private boolean waiting;
  private boolean refused;

  CheckedRequests(
      Metastore metastore,
      Access access,
      Function<Q, Requirements.Needs> needs,
      GuardedCall<?, ?> call,
      ServerCall.Listener<Q> service) {
    this.metastore = metastore;
    this.access = access;
    this.needs = needs;
    this.call = call;
    this.service = service;
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

  /** What a service throws ends its call, and must not keep the call's end from it. */
  private void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      refused = true;
      call.end(Errors.of(e));
    }
  }

  private void decide(Q request) {
    if (refused) {
      return;
    }
    // Throws what is wrong with a malformed request.
    Refusal refusal = access.findRefusal(needs.apply(request));
    if (refusal == null) {
      service.onMessage(request);
    } else if (access.hasToken()) {
      decideWhenUpToDate(request, refusal);
    } else {
      throw refusal;
    }
  }

  private void decideWhenUpToDate(Q request, Refusal first) {
    waiting = true;
    metastore
        .view(Consistency.LINEARIZABLE)
        .whenComplete(
            (view, failure) -> {
              if (view != null) {
                view.close();
              }
              decision = () -> decideAgain(request, failure == null ? access.findRefusal() : first);
              wakeLater();
            });
  }

  private void decideAgain(Q request, @Nullable Refusal refusal) {
    if (refusal != null) {
      throw refusal;
    }
    service.onMessage(request);
  }

  private void wakeLater() {
    try {
      passing.wakeOn(loop);
    } catch (RejectedExecutionException e) {
      // The server has stopped, and every connection with it.
      LOG.debug("decision dropped", e);
    }
  }
}
