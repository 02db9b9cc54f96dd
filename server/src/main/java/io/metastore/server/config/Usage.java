package io.metastore.server.config;

/** What {@code -h} and a bad command line show. */
public final class Usage {

  private Usage() {}

  public static String text() {
    StringBuilder text =
        new StringBuilder(
            """
            Usage:

              etcd [flags]
                Start a Metastore server; metastore serve [flags] is the same.

              etcd --version
                Show the version of etcd that is answered for.

              etcd -h | --help
                Show this text.

            Each flag is also the environment variable ETCD_ with its name in capital letters and
            with _ for -.

            """);
    for (Flag flag : EtcdFlags.ALL) {
      if (!flag.isIgnored()) {
        text.append(
            "  --%s '%s'%n    %s%n".formatted(flag.name(), flag.defaultText(), flag.help()));
      }
    }
    text.append("\nAccepted without effect:\n ");
    EtcdFlags.ALL.stream()
        .filter(Flag::isIgnored)
        .forEach(flag -> text.append(" --").append(flag.name()));
    return text.append('\n').toString();
  }
}
