package io.metastore.cli.locks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The default label of a session, which identifies the holder of a lock to users: {@code
 * HOST:PID:PROGRAM}.
 */
final class Label {
  /** Linux's host name, read without a name service. */
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private static final int PROGRAM_MAX = 64;

  private Label() {}

  static String of(List<String> command) {
    return host() + ":" + ProcessHandle.current().pid() + ":" + program(command);
  }

  private static String program(List<String> command) {
    if (command.isEmpty()) {
      return "metastore lock";
    }
    Path file = Path.of(command.get(0)).getFileName();
    String name = file == null ? "" : file.toString().replaceAll("\\p{Cntrl}", "?");
    return name.substring(0, Math.min(name.length(), PROGRAM_MAX));
  }

  private static String host() {
    try {
      return Files.isReadable(HOST_NAME)
          ? Files.readString(HOST_NAME).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    } catch (IOException e) {
      return "unknown";
    }
  }
}
