package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Idle HTTP/1.1 connections, with a clock that the test controls. */
class Http1IdleTest {
  private static final int IDLE_SECONDS = 120;

  private final CompletableFuture<HttpAnswer> slow = new CompletableFuture<>();
  private final EmbeddedChannel connection = new EmbeddedChannel();

  @BeforeEach
  void open() {
    connection.freezeTime();
    Http1Handler.install(
        connection.pipeline(),
        HttpSite.open(Map.of("/slow", request -> slow)),
        HttpLimits.of(1024));
  }

  @AfterEach
  void close() {
    connection.finishAndReleaseAll();
  }

  @Test
  void connectionWithoutRequestsIsClosed() {
    pass(IDLE_SECONDS - 1);
    assertThat(connection.isOpen()).isTrue();
    pass(1);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void incompleteRequestTimesOut() {
    receive("GET /sl");
    pass(IDLE_SECONDS);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void requestBeingServedDoesNotTimeOut() {
    receive("GET /slow HTTP/1.1\r\nHost: here\r\n\r\n");
    pass(10 * IDLE_SECONDS);
    assertThat(connection.isOpen()).isTrue();
    slow.complete(HttpAnswer.text("late"));
    ByteBuf answer = connection.readOutbound();
    assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200 OK");
    answer.release();
    pass(IDLE_SECONDS);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void requestThatArrivesTooSlowlyTimesOut() {
    receive("GET /slow HTTP/1.1\r\n");
    for (int i = 0; i < 5; i++) {
      pass(10);
      receive("X: " + i + "\r\n");
    }
    assertThat(connection.isOpen()).isTrue();
    pass(10);
    assertThat(connection.isOpen()).isFalse();
  }

  private void receive(String text) {
    connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private void pass(int seconds) {
    connection.advanceTimeBy(seconds, TimeUnit.SECONDS);
    connection.runScheduledPendingTasks();
  }
}
