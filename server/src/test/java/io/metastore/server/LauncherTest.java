package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
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
    unpack();
    Run run = run(Map.of("JAVA_HOME", brokenJava()), etcd(), "--name=m1");
    assertThat(run.exitCode()).isEqualTo(7);
    // The packaged tar's own lib, the JVM's options, then etcd's command and flags.
    Path lib = directory.toRealPath().resolve("lib");
    assertThat(run.output())
        .contains("-XX:+UseParallelGC", "-Djava.library.path=" + lib + " ", ":" + lib + "/*")
        .endsWith("io.metastore.server.Main serve --name=m1\n");
  }

  @Test
  void classDataOfAnEarlierRunIsTakenOver() throws Exception {
    unpack();
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava());
    Path root = directory.toRealPath();
    assertThat(run(variables, etcd()).output())
        .containsPattern("-XX:ArchiveClassesAtExit=" + root + "/classes\\.\\d+\\.new ")
        .contains(" -Dmetastore.exits=true ");

    Path written = root.resolve("classes." + endedProcess() + ".new");
    Files.write(written, new byte[9 << 20]);
    Path archive = root.resolve("classes.jsa");
    assertThat(run(variables, etcd()).output())
        .contains("-XX:SharedArchiveFile=" + archive + " ")
        .doesNotContain("metastore.exits");
    assertThat(written).doesNotExist();

    // A new build: what was archived no longer fits.
    Files.setLastModifiedTime(archive, FileTime.fromMillis(0));
    assertThat(run(variables, etcd()).output()).contains("-XX:ArchiveClassesAtExit=");
    assertThat(archive).doesNotExist();
  }

  @Test
  void classDataThatIsBeingWrittenOrTooLittleIsNotTaken() throws Exception {
    unpack();
    Path root = directory.toRealPath();
    Path busy = root.resolve("classes." + ProcessHandle.current().pid() + ".new");
    Files.write(busy, new byte[9 << 20]);
    Path small = Files.createFile(root.resolve("classes." + endedProcess() + ".new"));
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava());
    assertThat(run(variables, etcd()).output()).contains("-XX:ArchiveClassesAtExit=");
    assertThat(busy).exists();
    assertThat(small).doesNotExist();
    assertThat(run(withoutClassData(variables), etcd()).output())
        .doesNotContain("ArchiveClassesAtExit", "SharedArchiveFile");
  }

  /** As the packaged tar lies on a disk: {@code bin} and {@code lib} side by side. */
  private void unpack() throws Exception {
    Files.createDirectories(directory.resolve("lib"));
    Files.createDirectories(directory.resolve("bin"));
    for (String name : List.of("metastore", "etcd")) {
      Files.copy(BIN.resolve(name), directory.resolve("bin").resolve(name));
    }
  }

  private String etcd() {
    return directory.resolve("bin").resolve("etcd").toString();
  }

  private static Map<String, String> withoutClassData(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("METASTORE_CDS", "off");
    return all;
  }

  private static long endedProcess() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
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
