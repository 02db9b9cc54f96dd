package io.metastore.compat.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server and a command from the packages that the build produced, unpacked into a directory. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PackagesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Java's exit value for a process that was ended by signal 15. */
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @TempDir Path directory;

  @Test
  void theTarServes() throws Exception {
    run("tar", "-xzf", tar().toString(), "-C", directory.toString(), "--strip-components=1");
    serves(directory);
  }

  /** Unpacked as by dpkg, but not installed. */
  @Test
  void theDebianPackageServes() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")));
    String[] lines = run(ROOT.resolve("packaging/debian/build").toString(), tar().toString());
    Path packaged = Path.of(lines[lines.length - 1]);
    run("dpkg-deb", "-x", packaged.toString(), directory.toString());
    assertThat(directory.resolve("lib/systemd/system/metastore.service")).exists();
    serves(directory.resolve("usr/share/metastore"));
  }

  private void serves(Path home) throws Exception {
    String client = "http://127.0.0.1:" + FreePorts.next();
    String peer = "http://127.0.0.1:" + FreePorts.next();
    Process server =
        new ProcessBuilder(
                home.resolve("bin/etcd").toString(),
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      awaitReady(server);
      String metastore = home.resolve("bin/metastore").toString();
      String endpoint = client.substring("http://".length());
      run(metastore, "--endpoints", endpoint, "put", "/a", "b");
      assertThat(run(metastore, "--endpoints", endpoint, "get", "/a")).containsExactly("b");
      server.toHandle().destroy();
      assertThat(server.waitFor()).isEqualTo(ENDED_BY_SIGTERM);
    } finally {
      server.destroyForcibly();
    }
  }

  private static void awaitReady(Process server) throws IOException {
    BufferedReader log = new BufferedReader(new InputStreamReader(server.getErrorStream(), UTF_8));
    StringBuilder read = new StringBuilder();
    for (String line; (line = log.readLine()) != null; read.append(line).append('\n')) {
      if (line.contains("ready to serve client requests")) {
        return;
      }
    }
    throw new AssertionError("the server ended: " + read);
  }

  private static Path tar() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("server/target"))) {
      List<Path> tars = files.filter(file -> file.toString().endsWith(".tar.gz")).toList();
      assumeTrue(tars.size() == 1, "no tar: the tests were run without the package phase");
      return tars.get(0);
    }
  }

  /** Runs a command, which must succeed, and returns the lines that it prints. */
  private static String[] run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return output.strip().split("\n", -1);
  }
}
