package io.metastore.server;

import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.cli.console.Console;
import io.metastore.server.command.Etcdutl;
import io.metastore.server.config.StartedAs;
import java.util.Arrays;
import java.util.List;

/**
 * The entry point of the process. {@code serve} or {@code etcd} with etcd's flags, or {@code
 * zookeeper} with a {@code zoo.cfg}, runs a server; anything else is a command, for which no class
 * of the server is loaded. {@code etcdutl} is etcd's program of this name.
 *
 * <p>{@code bin/metastore} passes its arguments on; {@code bin/etcd} puts {@code etcd} before them,
 * {@code bin/etcdutl} puts {@code etcdutl}, and {@code bin/zkServer.sh} puts {@code zookeeper}.
 */
public final class Main {
  static final int EXIT_FAILED = 1;
  static final int EXIT_USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
    List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
    switch (words.isEmpty() ? "" : words.get(0)) {
      case "serve" -> serve(StartedAs.METASTORE, rest);
      case "etcd" -> serve(StartedAs.ETCD, rest);
      case "zookeeper" -> serve(StartedAs.ZOOKEEPER, rest);
      case "etcdutl" ->
          System.exit(Etcdutl.run(Console.ofProcess(), EtcdVersion.DEFAULT.server(), rest));
      default -> System.exit(CommandProcess.run(Console.ofProcess(), System.getenv(), words));
    }
  }

  private static void serve(StartedAs command, List<String> flags) {
    int exitCode = new ServeCommand(command, flags, System.getenv()).run();
    // Halt instead of exit, so as not to wait for threads that a failed member has left running.
    Runtime.getRuntime().halt(exitCode);
  }
}
