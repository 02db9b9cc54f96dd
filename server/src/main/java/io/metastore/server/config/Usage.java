package io.metastore.server.config;

/**
 * The text printed by {@code -h}; after an invalid command line, only its first part is printed.
 */
public final class Usage {

  private Usage() {}

  /** How to call the server. */
  public static String summary() {
    return """
        Usage:

          etcd [flags]
            Start a Metastore server; metastore serve [flags] is the same.

          etcd --version
            Show the version of etcd that this server reports.

          etcd -h | --help
            Show the help information about the flags.

          etcd --config-file
            Path to the server configuration file. Note that if a configuration file is provided, other command line flags and environment variables will be ignored.
            Durations are integer nanoseconds there (e.g. 600000000000 for 10m).

        Each flag is also the environment variable ETCD_ with its name in capital letters and with _ for -.

        """;
  }

  /** All flags that have an effect, and the names of the others. */
  public static String flags() {
    StringBuilder text = new StringBuilder();
    StringBuilder others = new StringBuilder();
    for (EtcdFlags.Section section : EtcdFlags.SECTIONS) {
      StringBuilder flags = new StringBuilder();
      for (Flag flag : section.flags()) {
        if (flag.effect() == Flag.Effect.WORKS) {
          flags.append(
              "  --%s '%s'\n    %s\n".formatted(flag.name(), flag.defaultText(), flag.help()));
        } else {
          others.append(" --").append(flag.name());
        }
      }
      if (!flags.isEmpty()) {
        text.append(section.title()).append(":\n").append(flags).append('\n');
      }
    }
    return text
        + "Accepted without effect, or refused (see docs/configuration.md for the reasons):\n "
        + others
        + "\n";
  }
}
