package io.metastore.server;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.cli.Commands;
import io.metastore.cli.console.Console;
import io.metastore.cli.console.Transport;
import io.metastore.server.command.BackupCommand;
import io.metastore.server.command.CheckCommand;
import io.metastore.server.command.ExportCommand;
import io.metastore.server.command.ImportCommand;
import io.metastore.server.command.MigrateCommand;
import io.metastore.server.command.RestoreBackupCommand;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command of the command line.
 *
 * <p>The command uses its own event loop, which is shut down before the process ends: at exit, the
 * JVM waits 300 ms for threads in native code, as gRPC's idle event loops are.
 */
final class CommandProcess implements Transport {
  /** The commands that are not in {@code cli}, because they use the store's code. */
  private static final List<Class<?>> OFFLINE =
      List.of(
          ImportCommand.class,
          ExportCommand.class,
          CheckCommand.class,
          BackupCommand.class,
          RestoreBackupCommand.class,
          MigrateCommand.class);

  private static final int LOOPS = 1;
  private static final long STOP_MS = 1000;

  private @Nullable EventLoopGroup loops;

  private CommandProcess() {}

  /**
   * Runs one command to its end.
   *
   * @param variables the environment
   * @return the exit code for the process
   */
  static int run(Console console, Map<String, String> variables, List<String> words) {
    // Log lines of libraries are not for the user of a command. Without the second line, Netty
    // would search all jars for two other logging libraries.
    LogManager.getLogManager().reset();
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    CommandProcess process = new CommandProcess();
    int exitCode = Commands.run(console, variables, Version.lines(), process, OFFLINE, words);
    process.stopLoops();
    return exitCode;
  }

  /**
   * Builds a channel that is never used: gRPC's and Netty's classes are then initialized on another
   * processor while picocli parses the command line.
   */
  @Override
  public void prepare() {
    Thread thread =
        new Thread(
            () ->
                channelBuilder("dns:///localhost", InsecureChannelCredentials.create())
                    .build()
                    .shutdownNow(),
            "prepare-connections");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized ManagedChannelBuilder<?> channelBuilder(
      String target, ChannelCredentials credentials) {
    if (loops == null) {
      loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    }
    return NettyChannelBuilder.forTarget(target, credentials)
        .eventLoopGroup(loops)
        .channelType(NioSocketChannel.class);
  }

  private synchronized void stopLoops() {
    if (loops != null) {
      loops.shutdownGracefully(0, STOP_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(STOP_MS);
    }
  }
}
