package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.BackupsGrpc;
import io.metastore.api.v1.BeginRequest;
import io.metastore.api.v1.BeginResponse;
import io.metastore.api.v1.ReadRequest;
import io.metastore.api.v1.ReadResponse;
import io.metastore.core.api.FileCopy;
import io.metastore.core.api.FileEnd;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.StoreException.Overloaded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code metastore.v1.Backups}: a copy exists as long as the call that began it. Thread-safe. */
final class BackupsService extends BackupsGrpc.BackupsImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(BackupsService.class);

  private static final int COPIES_MAX = 4;

  private final Metastore metastore;
  private final Map<String, Copy> copies = new ConcurrentHashMap<>();

  BackupsService(Metastore metastore) {
    this.metastore = metastore;
  }

  private record Copy(FileCopy files, List<String> names) {}

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> observer) {
    ServerCallStreamObserver<BeginResponse> call =
        (ServerCallStreamObserver<BeginResponse>) observer;
    if (copies.size() >= COPIES_MAX) {
      throw new Overloaded("backups");
    }
    String id = UUID.randomUUID().toString();
    call.setOnCancelHandler(() -> end(id));
    metastore
        .copyFiles()
        .whenCompleteAsync(
            (copy, failure) -> {
              if (failure != null) {
                call.onError(Errors.of(failure));
                return;
              }
              try {
                BeginResponse listing = list(id, copy);
                copies.put(
                    id,
                    new Copy(
                        copy,
                        listing.getFilesList().stream().map(BeginResponse.File::getName).toList()));
                LOG.atInfo().addKeyValue("files", listing.getFilesCount()).log("began a backup");
                call.onNext(listing);
              } catch (IOException | RuntimeException e) {
                close(copy);
                call.onError(Errors.of(e));
              }
              if (call.isCancelled()) {
                end(id);
              }
            },
            metastore.bulk());
  }

  private BeginResponse list(String id, FileCopy copy) throws IOException {
    BeginResponse.Builder listing =
        BeginResponse.newBuilder()
            .setId(id)
            .setDirectory(copy.directory().toAbsolutePath().toString())
            .setClusterId(metastore.cluster().clusterId())
            .setMemberId(metastore.cluster().memberId());
    try (Stream<Path> files = Files.list(copy.directory())) {
      for (Path file : files.sorted().toList()) {
        listing.addFiles(
            BeginResponse.File.newBuilder()
                .setName(file.getFileName().toString())
                .setSize(Files.size(file))
                .setEndDigest(ByteString.copyFrom(FileEnd.digest(file))));
      }
    }
    return listing.build();
  }

  private void end(String id) {
    Copy ended = copies.remove(id);
    if (ended != null) {
      close(ended.files());
    }
  }

  private static void close(FileCopy copy) {
    try {
      copy.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("could not delete the files of a backup");
    }
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> observer) {
    Copy copy = copies.get(request.getId());
    if (copy == null) {
      throw Refusal.badRequest("id", "names no backup that is being made by this member");
    }
    if (!copy.names().contains(request.getName())) {
      throw Refusal.badRequest("name", "names no file of the backup");
    }
    try {
      FileChannel file =
          FileChannel.open(
              copy.files().directory().resolve(request.getName()), StandardOpenOption.READ);
      new FileStream(file, metastore.bulk(), (ServerCallStreamObserver<ReadResponse>) observer)
          .start(CompletableFuture.completedFuture(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
