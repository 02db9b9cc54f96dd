package io.metastore.adapter.etcd.port;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.ObjectName;

/** {@code /debug/vars}, and below {@code /debug/pprof/} the JVM's counterparts of Go's profiles. */
public final class DebugEndpoints {
  private static final String JSON = "application/json; charset=utf-8";
  private static final String PPROF = "/debug/pprof/";

  private static final String INDEX =
      """
      /debug/pprof/

      This server runs on a JVM. Go's pprof cannot read these pages; JDK Mission Control and the JDK's jfr command
      read the recordings.

      cmdline      the command line
      goroutine    text: the stacks of all threads, and the locks that they hold
      heap         text: memory pools, and the number and size of objects by class; ?gc=1 counts after a garbage
                   collection, which pauses the server
      profile      recording: where the CPU was used during the next 30 seconds; ?seconds=N for others, at most 300
      trace        recording: all events that the JDK's settings "profile" record during the next second, such as
                   garbage collections, waits and allocations; ?seconds=N as above
      """;

  private final List<String> arguments;
  private final Executor executor;
  private final FlightRecordings recordings = new FlightRecordings();

  /**
   * @param arguments the command line
   * @param executor produces the pages, which may take seconds
   */
  public DebugEndpoints(List<String> arguments, Executor executor) {
    this.arguments = List.copyOf(arguments);
    this.executor = executor;
  }

  /** The endpoints by path that are always served. */
  public Map<String, HttpEndpoint> always() {
    return Map.of("/debug/vars", endpoint(this::vars));
  }

  /** The endpoints by path that {@code --enable-pprof} adds. */
  public Map<String, HttpEndpoint> profiles() {
    Map<String, HttpEndpoint> endpoints = new HashMap<>();
    endpoints.put(PPROF, endpoint(() -> text(INDEX)));
    endpoints.put(PPROF + "cmdline", endpoint(() -> text(String.join("\0", arguments))));
    endpoints.put(PPROF + "goroutine", endpoint(DebugEndpoints::threads));
    endpoints.put(
        PPROF + "heap",
        request -> {
          boolean collected = isCollected(request);
          return CompletableFuture.supplyAsync(() -> heap(collected), executor);
        });
    endpoints.put(PPROF + "profile", recordings::profile);
    endpoints.put(PPROF + "trace", recordings::trace);
    return endpoints;
  }

  private HttpEndpoint endpoint(Supplier<HttpAnswer> answer) {
    return request -> CompletableFuture.supplyAsync(answer, executor);
  }

  private static HttpAnswer text(String body) {
    return HttpAnswer.text(body);
  }

  private HttpAnswer vars() {
    JsonObject vars = new JsonObject();
    JsonArray commandLine = new JsonArray();
    arguments.forEach(commandLine::add);
    vars.add("cmdline", commandLine);
    JsonObject memory = new JsonObject();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    memory.addProperty("HeapAlloc", heap.getUsed());
    memory.addProperty("HeapSys", heap.getCommitted());
    vars.add("memstats", memory);
    return HttpAnswer.ok(JSON, vars.toString());
  }

  private static HttpAnswer threads() {
    StringBuilder out = new StringBuilder();
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
      out.append('"').append(thread.getThreadName()).append("\" ");
      out.append(thread.getThreadState()).append('\n');
      for (StackTraceElement frame : thread.getStackTrace()) {
        out.append("\tat ").append(frame).append('\n');
      }
      out.append('\n');
    }
    return text(out.toString());
  }

  /** As in Go: {@code gc} is a positive number. */
  private static boolean isCollected(FullHttpRequest request) {
    List<String> gc = new QueryStringDecoder(request.uri()).parameters().get("gc");
    return gc != null && gc.get(0).matches("0*[1-9][0-9]*");
  }

  /**
   * @param collected whether a garbage collection comes first, so that only used objects count
   */
  private static HttpAnswer heap(boolean collected) {
    StringBuilder out = new StringBuilder();
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage usage = pool.getUsage();
      out.append(
          "%s: %d bytes used, %d committed, %d at most%n"
              .formatted(pool.getName(), usage.getUsed(), usage.getCommitted(), usage.getMax()));
    }
    return text(out.append('\n').append(classes(collected)).toString());
  }

  private static String classes(boolean collected) {
    try {
      return String.valueOf(
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {collected ? new String[0] : new String[] {"-all"}},
                  new String[] {String[].class.getName()}));
    } catch (JMException e) {
      return "The JVM provides no class histogram: " + e;
    }
  }
}
