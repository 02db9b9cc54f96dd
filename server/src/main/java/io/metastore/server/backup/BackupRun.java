package io.metastore.server.backup;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.metastore.api.v1.BackupsGrpc;
import io.metastore.api.v1.BeginRequest;
import io.metastore.api.v1.BeginResponse;
import io.metastore.api.v1.ReadRequest;
import io.metastore.api.v1.ReadResponse;
import io.metastore.core.api.Digests;
import io.metastore.core.api.FileEnd;
import io.metastore.core.raft.DurableFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup of a running member. The backup is in a directory with another name until it is
 * complete and on disk.
 *
 * <p>A file is not received if it is at hand: if an earlier backup has it, or if the member runs on
 * this host and its disk is that of the backup. It is then a hard link.
 */
public final class BackupRun {
  private final Channel channel;
  private final Path target;
  private final @Nullable Backup earlier;
  private final LongConsumer progress;
  private long received;
  private long linked;

  /**
   * @param channel to one member
   * @param target directory of the backup, which must not exist
   * @param earlier a backup on the same disk, whose files may be used; null for none
   * @param progress receives the bytes received so far
   */
  public BackupRun(Channel channel, Path target, @Nullable Backup earlier, LongConsumer progress) {
    this.channel = channel;
    this.target = target;
    this.earlier = earlier;
    this.progress = progress;
  }

  /**
   * What was done.
   *
   * @param receivedBytes sent by the member
   * @param linkedBytes in hard links
   */
  public record Summary(int files, long receivedBytes, long linkedBytes) {}

  /**
   * Makes the backup.
   *
   * @throws FileAlreadyExistsException if the target exists
   * @throws io.grpc.StatusRuntimeException if the member refuses or fails
   */
  public Summary run() throws IOException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString(), null, "already exists");
    }
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    DurableFiles.deleteTree(partial);
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      Iterator<BeginResponse> copy =
          BackupsGrpc.newBlockingStub(channel).begin(BeginRequest.getDefaultInstance());
      BeginResponse listing = copy.next();
      Backup backup = receive(partial, listing);
      backup.writeList();
      DurableFiles.forceTree(partial);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.force(target.toAbsolutePath().resolveSibling("."));
      return new Summary(listing.getFilesCount(), received, linked);
    } finally {
      call.detach(before);
      call.cancel(null); // the member deletes the copy
      DurableFiles.deleteTree(partial);
    }
  }

  private Backup receive(Path partial, BeginResponse listing) throws IOException {
    Map<String, Backup.Entry> known = new HashMap<>();
    if (earlier != null) {
      earlier.files().forEach(entry -> known.put(entry.name(), entry));
    }
    List<Backup.Entry> entries = new ArrayList<>();
    Path tables = new Backup(partial, listing.getClusterId(), List.of()).tables();
    Files.createDirectories(tables);
    for (BeginResponse.File file : listing.getFilesList()) {
      requireName(file.getName());
      Path received = tables.resolve(file.getName());
      Backup.Entry before = known.get(file.getName());
      String digest;
      if (earlier != null
          && before != null
          && link(earlier.tables().resolve(file.getName()), received, file)) {
        digest = before.sha256();
      } else if (link(Path.of(listing.getDirectory(), file.getName()), received, file)) {
        digest = Backup.sha256(received);
      } else {
        digest = download(listing.getId(), file, received);
      }
      entries.add(new Backup.Entry(file.getName(), file.getSize(), digest));
    }
    return new Backup(partial, listing.getClusterId(), entries);
  }

  private static void requireName(String name) throws IOException {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IOException("the member sent a file with the name " + name);
    }
  }

  /** Makes a hard link, if the source is the wanted file, and on the disk of the link. */
  private boolean link(Path source, Path link, BeginResponse.File wanted) throws IOException {
    if (!Files.isReadable(source)
        || Files.size(source) != wanted.getSize()
        || !ByteString.copyFrom(FileEnd.digest(source)).equals(wanted.getEndDigest())) {
      return false;
    }
    try {
      Files.createLink(link, source);
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false; // another disk, or one without hard links
    }
    linked += wanted.getSize();
    return true;
  }

  private String download(String id, BeginResponse.File file, Path target) throws IOException {
    MessageDigest digest = Digests.sha256();
    long bytes = 0;
    Iterator<ReadResponse> messages =
        BackupsGrpc.newBlockingStub(channel)
            .read(ReadRequest.newBuilder().setId(id).setName(file.getName()).build());
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(target), digest)) {
      while (messages.hasNext()) {
        ByteString data = messages.next().getData();
        data.writeTo(out);
        bytes += data.size();
        received += data.size();
        progress.accept(received);
      }
    }
    if (bytes != file.getSize()) {
      throw new IOException(
          "received %d bytes of the file %s instead of %d"
              .formatted(bytes, file.getName(), file.getSize()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
