package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
  private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

  @TempDir Path directory;

  /** Were a JVM started, the Java that fails would tell. */
  @ParameterizedTest
  @ValueSource(strings = {"--version", "-version"})
  void etcdTellsItsVersionWithoutAJvm(String flag) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("etcd"), BIN.resolve("etcd"));
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava());
    Run run = run(variables, link.toString(), "--name", "m1", flag);
    assertThat(run.exitCode()).isZero();
    assertThat(run.output().lines().toList())
        .hasSize(4)
        .startsWith("etcd Version: " + EtcdVersion.DEFAULT.server())
        .anyMatch(line -> line.startsWith("Go OS/Arch: "));
  }

  @Test
  void javaHomeComesFirst() throws Exception {
    Files.createDirectories(directory.resolve("lib"));
    Files.createDirectories(directory.resolve("bin"));
    for (String name : List.of("metastore", "etcd")) {
      Files.copy(BIN.resolve(name), directory.resolve("bin").resolve(name));
    }
    Run run =
        run(
            Map.of("JAVA_HOME", brokenJava()),
            directory.resolve("bin").resolve("etcd").toString(),
            "--name=m1");
    assertThat(run.exitCode()).isEqualTo(7);
    // The packaged tar's own lib, the JVM's options, then etcd's command and flags.
    assertThat(run.output())
        .contains("-XX:+UseSerialGC", "-cp " + directory.toRealPath().resolve("lib") + "/*")
        .endsWith("io.metastore.server.Main serve --name=m1\n");
  }

  /** A Java that says how it was called and ends with 7. */
  private String brokenJava() throws Exception {
    Path java = directory.resolve("jdk").resolve("bin").resolve("java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"$*\"\nexit 7\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return directory.resolve("jdk").toString();
  }

  /** What a process printed and how it ended. */
  private record Run(int exitCode, String output) {}

  /** With nothing in the environment but PATH and {@code variables}. */
  private static Run run(Map<String, String> variables, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }
}
