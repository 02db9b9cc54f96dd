package io.metastore.server.config;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/configuration.md, generated from the table of flags. */
final class ConfigurationPage {
  private static final String INTRODUCTION =
      """
      # Configuration

      <!-- Made from server.config.EtcdFlags by ConfigurationPageTest. Change it there. -->

      `bin/etcd` and `bin/metastore serve` know every flag of etcd 3.4 to 3.7.

      - **Command line**: `--name m1` or `--name=m1`, also with a single dash. A boolean flag is given alone or with `=true` or `=false`.
        With an unknown flag, the server exits with code 2.
      - **Environment**: the variable is `ETCD_` followed by the flag's name in capital letters, with `_` for `-`, such as `ETCD_DATA_DIR`. If a
        flag is set both there and on the command line, the server exits with code 1. An unknown `ETCD_*` variable is logged as a warning.
      - **File**: `--config-file` or `ETCD_CONFIG_FILE` is the path of a YAML file. All other flags and variables are then ignored. The keys are the
        flags' names unless the table gives another one; `a.b` is the key `b` in the block `a`. A duration is an integer in nanoseconds, several
        names are a YAML list, and several URLs are one comma-separated string. An unknown key is logged as a warning.

      The column *Here* shows what the flag does in Metastore. `works`: it has the described effect. `ignored`: it has no effect; a value other
      than the default is logged as a warning with the reason.

      Durations are written as in Go: `300ms`, `1h10m`.
      """;

  private ConfigurationPage() {}

  static String text() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    for (EtcdFlags.Section section : EtcdFlags.SECTIONS) {
      page.append("\n## ").append(section.title()).append("\n\n");
      page.append("| Flag | Default | Here | |\n|---|---|---|---|\n");
      section.flags().forEach(flag -> page.append(row(flag)));
    }
    page.append("\n## Only in the configuration file\n\n| Key | Here | |\n|---|---|---|\n");
    for (Flag flag : EtcdFlags.FILE_ONLY) {
      page.append("| `%s` | %s | %s |\n".formatted(flag.yamlKey(), here(flag), flag.help()));
    }
    page.append("\n## Feature gates\n\n| Gate | Default | Here |\n|---|---|---|\n");
    for (FeatureGate gate : FeatureGate.values()) {
      page.append(
          "| `%s` | `%s` | %s |\n"
              .formatted(
                  gate.etcdName(),
                  gate.onByDefault(),
                  gate.reason() == null ? "works" : "ignored: " + gate.reason()));
    }
    page.append(
        "\n`AllAlpha` sets all gates whose default is `false`, `AllBeta` sets the others.\n");
    return page.toString();
  }

  private static String row(Flag flag) {
    String value = flag.defaultText().isEmpty() ? "" : "`" + flag.defaultText() + "`";
    String text =
        Stream.of(flag.help(), olderNames(flag), yamlKey(flag))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" "));
    return "| `--%s` | %s | %s | %s |\n"
        .formatted(flag.name(), value, here(flag), text.replace("|", "\\|"));
  }

  private static String here(Flag flag) {
    return switch (flag.effect()) {
      case WORKS -> "works";
      case IGNORED -> "ignored: " + flag.reason();
    };
  }

  private static String olderNames(Flag flag) {
    return flag.olderNames().isEmpty()
        ? ""
        : "Also "
            + flag.olderNames().stream()
                .map(name -> "`--" + name + "`")
                .collect(Collectors.joining(", "))
            + ".";
  }

  private static String yamlKey(Flag flag) {
    String key = flag.yamlKey();
    if (key == null) {
      return "Not in the file.";
    }
    return key.equals(flag.name()) ? "" : "In the file: `" + key + "`.";
  }
}
