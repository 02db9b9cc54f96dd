package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class GrpcCountersTest {
  private final GrpcCounters counters = new GrpcCounters();

  @Test
  void countsStartsAndEndsByCode() {
    counters.register(EchoService.open().bindService());
    ServerStreamTracer first = start("test.Echo/Unary");
    ServerStreamTracer second = start("test.Echo/Unary");
    start("test.Echo/Bidi");
    assertThat(counters.openUnaryCalls()).isEqualTo(2);
    first.streamClosed(Status.OK);
    second.streamClosed(Status.UNAVAILABLE);
    assertThat(counters.openUnaryCalls()).isZero();
    GrpcCounters.Method unary =
        counters.methods().stream().filter(method -> method.name.equals("Unary")).findAny().get();
    assertThat(unary.started()).isEqualTo(2);
    assertThat(unary.handled(Status.Code.OK)).isEqualTo(1);
    assertThat(unary.handled(Status.Code.UNAVAILABLE)).isEqualTo(1);
    assertThat(unary.handled(Status.Code.CANCELLED)).isZero();
  }

  @Test
  void unknownMethodIsNotCounted() {
    start("test.Echo/Nope").streamClosed(Status.UNIMPLEMENTED);
    assertThat(counters.methods()).isEmpty();
  }

  private ServerStreamTracer start(String method) {
    return counters.newServerStreamTracer(method, new Metadata());
  }
}
