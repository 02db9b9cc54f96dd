package io.metastore.server;

import io.metastore.cli.console.Console;
import java.util.Arrays;
import java.util.List;

/**
 * The entry point of the process. {@code serve} with etcd's flags runs a server; anything else is a
 * command, for which no class of the server is loaded.
 *
 * <p>{@code bin/metastore} passes its arguments on; {@code bin/etcd} puts {@code serve} before
 * them.
 */
public final class Main {
  static final int EXIT_FAILED = 1;
  static final int EXIT_USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
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
