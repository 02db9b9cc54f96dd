package io.metastore.server;

import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.cli.console.Console;
import io.metastore.server.command.Etcdutl;
import java.util.Arrays;
import java.util.List;

/**
 * The entry point of the process. {@code serve} with etcd's flags runs a server; anything else is a
 * command, for which no class of the server is loaded.
 *
 * <p>{@code etcdutl} is etcd's program of this name. {@code bin/metastore} passes its arguments on;
 * {@code bin/etcd} puts {@code serve} before them, {@code bin/etcdutl} puts {@code etcdutl}.
 */
public final class Main {
  static final int EXIT_FAILED = 1;
  static final int EXIT_USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
    if (!words.isEmpty() && words.get(0).equals("etcdutl")) {
      List<String> rest = words.subList(1, words.size());
      System.exit(Etcdutl.run(Console.ofProcess(), EtcdVersion.DEFAULT.server(), rest));
      return;
    }
    if (words.isEmpty() || !words.get(0).equals("serve")) {
      System.exit(CommandProcess.run(Console.ofProcess(), System.getenv(), words));
      return;
    }
    List<String> flags = words.subList(1, words.size());
    int exitCode = new ServeCommand(flags, System.getenv()).run();
    // Halt instead of exit, so as not to wait for threads that a failed member has left running.
    Runtime.getRuntime().halt(exitCode);
  }
}
