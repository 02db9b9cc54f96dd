package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** If a JVM were started, the failing Java would be noticed. */
  @ParameterizedTest
  @ValueSource(strings = {"--version", "-version"})
  void etcdPrintsItsVersionWithoutStartingAJvm(String flag) throws Exception {
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
  void etcdPrintsTheVersionThatItImitates() throws Exception {
    String etcd = BIN.resolve("etcd").toString();
    Map<String, String> broken = Map.of("JAVA_HOME", brokenJava());
    assertThat(run(broken, etcd, "--compat-version=3.4.23", "--version").output())
        .startsWith("etcd Version: 3.4.23\n");
    Map<String, String> variables = new HashMap<>(broken);
    variables.put("ETCD_COMPAT_VERSION", "3.5.21");
    assertThat(run(variables, etcd, "--version").output()).startsWith("etcd Version: 3.5.21\n");
  }

  @Test
  void javaHomeTakesPrecedence() throws Exception {
    unpack();
    Run run = run(Map.of("JAVA_HOME", brokenJava()), etcd(), "--name=m1");
    assertThat(run.exitCode()).isEqualTo(7);
    // The JVM's options, the lib directory of the tar, then etcd's command and flags.
    String lib = namedLib();
    assertThat(run.output())
        .contains(
            "-XX:+UseParallelGC",
            "-Djava.library.path=" + lib + " ",
            " -cp " + lib + "/a.jar:" + lib + "/core-1.jar ")
        .endsWith("io.metastore.server.Main etcd --name=m1\n");
  }

  /** Without a locale, Java would lose the characters outside of ASCII in its arguments. */
  @Test
  void withoutALocaleArgumentsAreUtf8() throws Exception {
    unpack();
    Map<String, String> variables = new HashMap<>(Map.of("JAVA_HOME", brokenJava()));
    assertThat(run(variables, etcd()).output()).contains("LC_CTYPE=C.UTF-8 ");
    variables.put("LANG", "de_DE.ISO-8859-1");
    assertThat(run(variables, etcd()).output()).contains("LC_CTYPE= ");
  }

  /** An archive can only be used by the Java that wrote it. */
  @Test
  void classDataArchiveOfThisJavaIsUsed() throws Exception {
    unpack();
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava());
    assertThat(run(variables, etcd()).output()).contains(" -Xshare:auto ");

    Path root = directory.toRealPath();
    Path release =
        Files.writeString(root.resolve("jdk").resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    Files.createFile(root.resolve("classes-" + checksum(release) + ".jsa"));
    assertThat(run(variables, etcd()).output())
        .contains(" -XX:SharedArchiveFile=" + root + "/classes-" + checksum(release) + ".jsa ");
    assertThat(run(withoutClassData(variables), etcd()).output())
        .doesNotContain("SharedArchiveFile");

    Files.writeString(release, "JAVA_VERSION=\"21.0.7\"\n");
    assertThat(run(variables, etcd()).output())
        .doesNotContain("SharedArchiveFile", "UseCompactObjectHeaders");
  }

  @Test
  void aNewerJavaUsesItsCacheWithProfiles() throws Exception {
    unpack();
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava());
    Path root = directory.toRealPath();
    Path release =
        Files.writeString(root.resolve("jdk").resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    Files.createFile(root.resolve("classes-" + checksum(release) + ".jsa"));
    assertThat(run(variables, etcd()).output())
        .contains("-XX:+UseCompactObjectHeaders ", " -Xshare:auto ");

    Files.createFile(root.resolve("classes-" + checksum(release) + ".aot"));
    assertThat(run(variables, etcd()).output())
        .contains(" -XX:AOTCache=" + root + "/classes-" + checksum(release) + ".aot ");
  }

  @Test
  void zkServerStartsTheServerAsZookeepersScriptDoes() throws Exception {
    unpack();
    Path conf = Files.createDirectory(directory.resolve("conf"));
    Path config = conf.resolve("zoo.cfg");
    int port = ServerProcess.freePort();
    Files.writeString(config, "dataDir=%s\nclientPort=%d\n".formatted(directory, port));
    Map<String, String> variables = Map.of("JAVA_HOME", brokenJava(), "JVMFLAGS", "-Dmine=1");
    String script = directory.resolve("bin").resolve("zkServer.sh").toString();

    Run foreground = run(variables, script, "--config", conf.toString(), "start-foreground");
    assertThat(foreground.exitCode()).isEqualTo(7);
    assertThat(foreground.output())
        .startsWith("Using config: " + config + "\n")
        .contains(" -Dmine=1 ")
        .endsWith("io.metastore.server.Main zookeeper " + config + "\n");

    Run status = run(variables, script, "status", config.toString());
    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.output())
        .contains(
            "Client port found: " + port + ". Client address: localhost. Client SSL: false.\n")
        .endsWith("Error contacting service. It is probably not running.\n");

    Run stop = run(variables, script, "stop", config.toString());
    assertThat(stop.exitCode()).isZero();
    assertThat(stop.output())
        .contains("Stopping zookeeper ... no zookeeper to stop (could not find file ");
  }

  /** The layout of the packaged tar: {@code bin} and {@code lib} side by side. */
  private void unpack() throws Exception {
    Path lib = Files.createDirectories(directory.resolve("lib"));
    Files.createFile(lib.resolve("core-1.jar"));
    Files.createFile(lib.resolve("a.jar"));
    Files.createDirectories(directory.resolve("bin"));
    for (String name : List.of("metastore", "etcd", "zkEnv.sh", "zkServer.sh")) {
      Files.copy(BIN.resolve(name), directory.resolve("bin").resolve(name));
    }
  }

  /**
   * The launcher's name of {@code lib}: through its file descriptor, if the system supports this.
   */
  private String namedLib() throws Exception {
    return Files.isDirectory(Path.of("/proc/self/fd"))
        ? "/proc/self/fd/9"
        : directory.toRealPath().resolve("lib").toString();
  }

  private String etcd() {
    return directory.resolve("bin").resolve("etcd").toString();
  }

  private static Map<String, String> withoutClassData(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("METASTORE_CDS", "off");
    return all;
  }

  private static String checksum(Path file) throws Exception {
    Process process = new ProcessBuilder("cksum").redirectInput(file.toFile()).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8).split(" ", 2)[0];
  }

  /** A Java that prints its locale and how it was called, and exits with 7. */
  private String brokenJava() throws Exception {
    Path java = directory.resolve("jdk").resolve("bin").resolve("java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"LC_CTYPE=$LC_CTYPE $*\"\nexit 7\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return directory.resolve("jdk").toString();
  }

  /** The output and exit code of a process. */
  private record Run(int exitCode, String output) {}

  /** Runs a command with only PATH and {@code variables} in the environment. */
  private static Run run(Map<String, String> variables, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }
}
