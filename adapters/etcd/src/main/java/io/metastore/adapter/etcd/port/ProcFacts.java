package io.metastore.adapter.etcd.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Facts about this process from Linux's {@code /proc}; 0 where it does not exist. Reading blocks.
 */
final class ProcFacts {
  private static final Path SELF = Path.of("/proc/self");

  /** Go's value for no limit. */
  private static final double UNLIMITED = 0x1p64;

  private ProcFacts() {}

  /** The soft limit of a resource, named as in {@code /proc/self/limits}. */
  static double limit(String resource) {
    for (String line : lines("limits")) {
      if (line.startsWith(resource)) {
        String soft = line.substring(resource.length()).trim().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? UNLIMITED : Double.parseDouble(soft);
      }
    }
    return 0;
  }

  static double openFiles() {
    String[] open = SELF.resolve("fd").toFile().list();
    return open == null ? 0 : open.length;
  }

  /** A number of {@code IpExt}, such as {@code InOctets}. */
  static double network(String name) {
    List<String> lines = lines("net/netstat").stream().filter(l -> l.startsWith("IpExt:")).toList();
    if (lines.size() < 2) {
      return 0;
    }
    int column = Arrays.asList(lines.get(0).split(" ", -1)).indexOf(name);
    return column < 0 ? 0 : Double.parseDouble(lines.get(1).split(" ", -1)[column]);
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(SELF.resolve(file));
    } catch (IOException e) {
      return List.of(); // not Linux
    }
  }
}
