package io.metastore.adapter.etcd.port;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * Records this process with the JDK's Flight Recorder for as many seconds as a request says, and
 * answers with the recording. Only one recording is made at a time, because each slows the process
 * down. Flight Recorder is loaded by the first request. The thread {@code flight-recorder} exists
 * only during a recording. Thread-safe.
 */
final class FlightRecordings {
  /** Go's default for a CPU profile. */
  private static final int PROFILE_S = 30;

  /** Go's default for a trace. */
  private static final int TRACE_S = 1;

  private static final int SECONDS_MAX = 300;

  /** Beyond this size, a recording drops its oldest part. */
  private static final long BYTES_MAX = 16 << 20;

  private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(10);

  /** Events with the values of variables and options, which may be secret. */
  private static final List<String> PRIVATE_EVENTS =
      List.of(
          "jdk.InitialEnvironmentVariable",
          "jdk.InitialSystemProperty",
          "jdk.JVMInformation",
          "jdk.StringFlag",
          "jdk.SystemProcess");

  private final AtomicBoolean busy = new AtomicBoolean();

  /** What a recording contains. */
  private interface Contents {
    Recording newRecording() throws IOException, ParseException;
  }

  /** Which methods used the CPU: Go's {@code /debug/pprof/profile}. */
  CompletionStage<HttpAnswer> profile(FullHttpRequest request) {
    return record(request, "profile", PROFILE_S, FlightRecordings::cpuSamples);
  }

  /** Everything that the JDK's settings {@code profile} record: {@code /debug/pprof/trace}. */
  CompletionStage<HttpAnswer> trace(FullHttpRequest request) {
    return record(request, "trace", TRACE_S, FlightRecordings::allEvents);
  }

  private CompletionStage<HttpAnswer> record(
      FullHttpRequest request, String name, int defaultSeconds, Contents contents) {
    int seconds = seconds(request, defaultSeconds);
    if (seconds < 1 || seconds > SECONDS_MAX) {
      return CompletableFuture.completedFuture(
          HttpAnswer.error(
              HttpResponseStatus.BAD_REQUEST,
              "seconds must be a whole number from 1 to " + SECONDS_MAX));
    }
    if (!busy.compareAndSet(false, true)) {
      return CompletableFuture.completedFuture(
          HttpAnswer.error(
              HttpResponseStatus.INTERNAL_SERVER_ERROR, "another recording is in progress"));
    }
    CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
    Thread recorder =
        new Thread(
            () -> {
              try {
                ByteString recorded = record(contents, seconds);
                busy.set(false);
                answer.complete(file(name + ".jfr", recorded));
              } catch (IOException | ParseException | InterruptedException | RuntimeException e) {
                busy.set(false);
                answer.completeExceptionally(e);
              }
            },
            "flight-recorder");
    recorder.setDaemon(true);
    recorder.start();
    return answer;
  }

  /** 0 for a number that is invalid. */
  private static int seconds(FullHttpRequest request, int defaultSeconds) {
    List<String> given = new QueryStringDecoder(request.uri()).parameters().get("seconds");
    if (given == null) {
      return defaultSeconds;
    }
    try {
      return Integer.parseInt(given.get(0));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static ByteString record(Contents contents, int seconds)
      throws IOException, ParseException, InterruptedException {
    try (Recording recording = contents.newRecording()) {
      recording.setMaxSize(BYTES_MAX);
      recording.start();
      TimeUnit.SECONDS.sleep(seconds);
      recording.stop();
      try (@Nullable InputStream recorded = recording.getStream(null, null)) {
        return recorded == null ? ByteString.EMPTY : ByteString.readFrom(recorded);
      }
    }
  }

  private static Recording cpuSamples() {
    Recording recording = new Recording();
    recording.enable("jdk.ExecutionSample").withPeriod(SAMPLE_INTERVAL);
    recording.enable("jdk.NativeMethodSample").withPeriod(SAMPLE_INTERVAL);
    return recording;
  }

  private static Recording allEvents() throws IOException, ParseException {
    Recording recording = new Recording(Configuration.getConfiguration("profile"));
    PRIVATE_EVENTS.forEach(recording::disable);
    return recording;
  }

  private static HttpAnswer file(String name, ByteString contents) {
    return new HttpAnswer(
        HttpResponseStatus.OK,
        "application/octet-stream",
        contents,
        Map.of(
            "Content-Disposition",
            "attachment; filename=\"" + name + "\"",
            "X-Content-Type-Options",
            "nosniff"));
  }
}
