package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Request bodies of several connections that share a memory budget. */
class RequestCollectorTest {
  private final AtomicLong nanos = new AtomicLong();
  private final BodyBudget budget = new BodyBudget(100, 0, nanos::get);
  private final EmbeddedChannel first = connection();
  private final EmbeddedChannel second = connection();

  @AfterEach
  void close() {
    first.finishAndReleaseAll();
    second.finishAndReleaseAll();
  }

  @Test
  void bodyIsAssembled() {
    head(first);
    part(first, 30);
    last(first, 40);
    FullHttpRequest request = first.readInbound();
    assertThat(request.content().readableBytes()).isEqualTo(70);
    assertThat(request.decoderResult().isSuccess()).isTrue();
    request.release();
  }

  @Test
  void tooLargeBodyIsRefusedAndDiscarded() {
    head(first);
    part(first, 50);
    part(first, 31);
    assertRefused(first, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
    last(first, 10);
    assertThat(first.inboundMessages()).isEmpty();
  }

  @Test
  void allBodiesTogetherAreLimited() {
    head(first);
    part(first, 80);
    head(second);
    part(second, 21);
    assertRefused(second, HttpResponseStatus.SERVICE_UNAVAILABLE);
  }

  @Test
  void slowBodyIsEndedWhenAnotherNeedsItsMemory() {
    head(first);
    part(first, 80);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
    head(second);
    last(second, 80);
    FullHttpRequest request = second.readInbound();
    assertThat(request.decoderResult().isSuccess()).isTrue();
    request.release();
    first.runPendingTasks();
    assertRefused(first, HttpResponseStatus.REQUEST_TIMEOUT);
  }

  @Test
  void memoryIsReleasedWhenARequestIsServedOrItsConnectionClosed() {
    head(first);
    last(first, 80);
    FullHttpRequest served = first.readInbound();
    served.release();
    head(first);
    part(first, 80);
    first.close();
    head(second);
    last(second, 80);
    FullHttpRequest request = second.readInbound();
    assertThat(request.decoderResult().isSuccess()).isTrue();
    request.release();
  }

  private EmbeddedChannel connection() {
    return new EmbeddedChannel(new RequestCollector(80, budget, new ArrivalTimer(60)));
  }

  private static void head(EmbeddedChannel connection) {
    connection.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
  }

  private static void part(EmbeddedChannel connection, int bytes) {
    connection.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[bytes])));
  }

  private static void last(EmbeddedChannel connection, int bytes) {
    connection.writeInbound(new DefaultLastHttpContent(Unpooled.wrappedBuffer(new byte[bytes])));
  }

  private static void assertRefused(EmbeddedChannel connection, HttpResponseStatus status) {
    FullHttpRequest request = connection.readInbound();
    assertThat(request.decoderResult().cause())
        .isInstanceOf(BodyRefused.class)
        .hasMessage(status.toString());
    request.release();
  }
}
