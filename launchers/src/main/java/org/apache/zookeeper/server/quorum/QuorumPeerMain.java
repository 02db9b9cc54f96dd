package org.apache.zookeeper.server.quorum;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.stream.Stream;

/** Starts Metastore with a {@code zoo.cfg}, as {@code bin/zkServer.sh} does. */
public final class QuorumPeerMain {
  /** Found by its name, because the server's module packs this one and so depends on it. */
  private static final String MAIN = "io.metastore.server.Main";

  private QuorumPeerMain() {}

  /**
   * Starts the server.
   *
   * @param arguments the path of {@code zoo.cfg}, or the client port and the data directory
   */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    String[] words =
        Stream.concat(Stream.of("zookeeper"), Arrays.stream(arguments)).toArray(String[]::new);
    try {
      Class.forName(MAIN).getMethod("main", String[].class).invoke(null, (Object) words);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the server failed", e.getCause());
    }
  }
}
