package io.metastore.server;

import java.util.Arrays;
import java.util.List;

/**
 * The process's entry: {@code serve} and etcd's flags, or a command of the command line, which
 * loads nothing of the server.
 *
 * <p>{@code bin/metastore} passes its words on; {@code bin/etcd} puts {@code serve} before them.
 */
public final class Main {
  static final int EXIT_FAILED = 1;
  static final int EXIT_USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
    if (words.isEmpty() || !words.get(0).equals("serve")) {
      CommandProcess.run(words);
      return;
    }
    List<String> flags = words.subList(1, words.size());
    int exitCode = new ServeCommand(flags, System.getenv()).run();
    // Not exit: what a member that failed has left running must not be waited for.
    Runtime.getRuntime().halt(exitCode);
  }
}
