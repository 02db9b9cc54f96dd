package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.etcd.db.DbFile;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.SnapshotResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a database file and its SHA-256 digest, as fast as the client reads. A slow client keeps
 * the file, but no thread and no memory.
 *
 * <p>The state belongs to the running task, which runs on one thread of {@link Metastore#bulk} at a
 * time.
 */
final class SnapshotStream {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);

  /** Source: etcd's {@code snapshotSendBufferSize}. */
  private static final int BLOB_BYTES = 32 << 10;

  /** After so many messages, other tasks of the thread get a turn. */
  private static final int MESSAGES_AT_ONCE = 32;

  private final Metastore metastore;
  private final SnapshotFiles.Shared source;
  private final ServerCallStreamObserver<SnapshotResponse> call;
  private final String storageVersion;
  private final MessageDigest digest = sha256();
  private final SerialTask sending = new SerialTask(this::sendWhatIsReady);
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile boolean ended;
  private volatile @Nullable DbFile file;
  private long sent;
  private boolean done;

  SnapshotStream(
      Metastore metastore,
      SnapshotFiles.Shared source,
      ServerCallStreamObserver<SnapshotResponse> call,
      String storageVersion) {
    this.metastore = metastore;
    this.source = source;
    this.call = call;
    this.storageVersion = storageVersion;
  }

  /** Called once, before the service method returns. */
  void start() {
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.setOnReadyHandler(this::wake);
    source
        .file()
        .whenComplete(
            (made, failure) -> {
              if (failure != null) {
                release();
                call.onError(EtcdErrors.of(failure));
                return;
              }
              LOG.atInfo()
                  .addKeyValue("total-bytes", made.sizeBytes())
                  .addKeyValue("storage-version", storageVersion)
                  .log("sending database snapshot to client");
              file = made;
              wake();
            });
  }

  private void end() {
    ended = true;
    if (file == null) {
      release();
    } else {
      wake();
    }
  }

  private void wake() {
    if (file == null) {
      return;
    }
    try {
      sending.wakeOn(metastore.bulk());
    } catch (RejectedExecutionException e) {
      release();
      call.onError(EtcdErrors.of(e));
    }
  }

  private void sendWhatIsReady() {
    DbFile open = file;
    if (open == null || done) {
      return;
    }
    try {
      for (int i = 0; i < MESSAGES_AT_ONCE && call.isReady() && !ended && !done; i++) {
        sendNext(open);
      }
      if (ended || done) {
        done = true;
        release();
      } else if (call.isReady()) {
        wake();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      done = true;
      release();
      call.onError(EtcdErrors.of(e));
    }
  }

  private void sendNext(DbFile open) throws IOException {
    long left = open.sizeBytes() - sent;
    if (left == 0) {
      send(ByteString.copyFrom(digest.digest()), 0);
      call.onCompleted();
      done = true;
      LOG.atInfo()
          .addKeyValue("total-bytes", sent)
          .log("successfully sent database snapshot to client");
      return;
    }
    byte[] blob = open.read(sent, (int) Math.min(BLOB_BYTES, left));
    digest.update(blob);
    sent += blob.length;
    send(UnsafeByteOperations.unsafeWrap(blob), left - blob.length);
  }

  private void send(ByteString blob, long remaining) {
    call.onNext(
        SnapshotResponse.newBuilder()
            .setBlob(blob)
            .setRemainingBytes(remaining)
            .setVersion(storageVersion)
            .build());
  }

  private void release() {
    if (released.compareAndSet(false, true)) {
      source.release();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
