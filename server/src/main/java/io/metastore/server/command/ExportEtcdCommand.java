package io.metastore.server.command;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Settings;
import io.metastore.core.raft.DurableFiles;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.SnapshotRequest;
import io.metastore.etcdapi.etcdserverpb.SnapshotResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code metastore export etcd}. */
@Command(
    name = "etcd",
    description = {
      "Writes an etcd snapshot of the first endpoint to FILE.",
      "'etcdutl snapshot restore' makes an etcd member from it, and 'metastore import etcd' a"
          + " Metastore member. Znodes are not included."
    })
final class ExportEtcdCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Where to write the snapshot.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path file;

  @Override
  public Integer call() throws CommandFailed {
    Settings settings = (Settings) spec.root().userObject();
    ByteProgress progress = new ByteProgress(settings.console(), "received");
    Path part = file.resolveSibling(file.getFileName() + ".part");
    ManagedChannel channel = settings.openChannel();
    try {
      long bytes = receive(Login.toEtcdApi(channel, settings), part, progress);
      settings.console().note(progress.text(bytes));
      if (!DbReader.hasDigest(part) || !DbReader.digestMatches(part)) {
        throw new IOException("the SHA-256 digest of the received snapshot does not match");
      }
      DurableFiles.force(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.REFUSED, "export failed: " + e.getMessage());
    } catch (StatusRuntimeException e) {
      throw new CommandFailed(ExitCode.UNREACHABLE, "export failed: " + e.getMessage());
    } finally {
      channel.shutdownNow();
    }
    return ExitCode.OK.code();
  }

  private static long receive(Channel channel, Path part, ByteProgress progress)
      throws IOException {
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(part)) {
      Iterator<SnapshotResponse> messages =
          MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
      while (messages.hasNext()) {
        SnapshotResponse message = messages.next();
        message.getBlob().writeTo(out);
        bytes += message.getBlob().size();
        progress.accept(bytes);
      }
    }
    return bytes;
  }
}
