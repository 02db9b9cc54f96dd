package io.metastore.server.config;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/configuration.md, generated from the table of flags. */
final class ConfigurationPage {
  private static final String INTRODUCTION =
      """
      # Configuration

      <!-- Made from server.config.EtcdFlags by ConfigurationPageTest. Change it there. -->

      `bin/etcd` and `bin/metastore serve` take every flag of etcd 3.4 to 3.7.

      - **Command line**: `--name m1`, `--name=m1`, and the same with one dash. A switch may be given alone or with `=true` or `=false`.
        An unknown flag stops the start with exit code 2.
      - **Environment**: `ETCD_` and the flag's name in capital letters, with `_` for `-`: `ETCD_DATA_DIR`. A flag that is set there and
        on the command line ends the start with exit code 1. An unknown `ETCD_*` variable is named in a warning.
      - **File**: `--config-file` or `ETCD_CONFIG_FILE` names a YAML file. All other flags and variables are then ignored. A key is the
        flag's name unless the table says otherwise; `a.b` is the key `b` in the block `a`. A duration is a whole number of nanoseconds;
        several names are a list, several URLs are one text with commas. An unknown key is named in a warning.

      The column *Here* says what the flag does in Metastore. `works`: what the text says. `ignored`: nothing; a value other than the
      default is named in a warning with the reason. `refused`: a value other than the default ends the start with exit code 1.

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
    page.append("\n## Feature gates\n\n| Gate | Default | Here |\n|---|---|---|\n");
    for (FeatureGate gate : FeatureGate.values()) {
      page.append(
          "| `%s` | `%s` | ignored: %s |\n"
              .formatted(gate.etcdName(), gate.onByDefault(), gate.reason()));
    }
    page.append("\n`AllAlpha` sets all whose default is `false`, `AllBeta` the others.\n");
    return page.toString();
  }

  private static String row(Flag flag) {
    String here =
        switch (flag.effect()) {
          case WORKS -> "works";
          case IGNORED -> "ignored: " + flag.reason();
          case REFUSED -> "refused: " + flag.reason();
        };
    String value = flag.defaultText().isEmpty() ? "" : "`" + flag.defaultText() + "`";
    String text =
        Stream.of(flag.help(), olderNames(flag), yamlKey(flag))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" "));
    return "| `--%s` | %s | %s | %s |\n"
        .formatted(flag.name(), value, here, text.replace("|", "\\|"));
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
