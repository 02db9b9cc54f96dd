package io.metastore.bench.load;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;

/**
 * A logical client of a unary method.
 *
 * <p>It has one call at a time, so its state needs no lock: a call ends after it was started, and
 * the next one is started after the end of the previous one.
 */
final class UnaryClient implements LogicalClient, UnaryCalls.Ended {
  private final UnaryCalls calls;
  private final MethodDescriptor<Payload, Reply> method;
  private final RequestSource requests;
  private final Gate gate;
  private final Tally tally;
  private final Pause pause;
  private final Pace pace;
  private long dueNanos;

  UnaryClient(
      UnaryCalls calls,
      MethodDescriptor<Payload, Reply> method,
      RequestSource requests,
      ClientLoop loop) {
    this.calls = calls;
    this.method = method;
    this.requests = requests;
    this.gate = loop.gate();
    this.tally = loop.tally();
    this.pause = loop.pause();
    this.pace = loop.pace();
  }

  @Override
  public void begin() {
    long ticket = gate.next();
    if (ticket == Gate.CLOSED) {
      gate.parked();
      return;
    }
    Payload request = requests.next(ticket);
    pace.whenDue(
        ticket,
        due -> {
          dueNanos = due;
          calls.start(method, request, this);
        });
  }

  @Override
  public void ended(Status.Code code) {
    if (code == Status.Code.OK) {
      tally.succeeded(System.nanoTime() - dueNanos);
      begin();
    } else {
      tally.failed(code);
      pause.then(this::begin);
    }
  }
}
