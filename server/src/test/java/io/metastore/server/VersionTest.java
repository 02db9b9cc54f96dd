package io.metastore.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.adapter.etcd.port.EtcdVersion;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void versionLinesHaveTheFormatOfEtcd() {
    assertThat(Version.lines())
        .hasSize(5)
        .allMatch(line -> line.matches("[\\w /]+: \\S+"))
        .startsWith(
            "metastore Version: " + Version.text(), "etcd Version: " + EtcdVersion.DEFAULT.server())
        .anyMatch(line -> line.matches("Git SHA: ([0-9a-f]{7,}|unknown)"));
  }
}
