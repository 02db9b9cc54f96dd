package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.etcd.db.DbFile;
import io.metastore.adapter.grpc.PacedStream;
import io.metastore.core.api.Digests;
import io.metastore.etcdapi.etcdserverpb.SnapshotResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a database file and its SHA-256 digest. */
final class SnapshotStream extends PacedStream<DbFile, SnapshotResponse> {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);

  /** Source: etcd's {@code snapshotSendBufferSize}. */
  private static final int BLOB_BYTES = 32 << 10;

  private final SnapshotFiles.Shared source;
  private final String storageVersion;
  private final MessageDigest digest = Digests.sha256();
  private long sent;

  /**
   * @param source released when the call has ended
   */
  SnapshotStream(
      SnapshotFiles.Shared source,
      Executor threads,
      ServerCallStreamObserver<SnapshotResponse> call,
      String storageVersion) {
    super(threads, call, BLOB_BYTES);
    this.source = source;
    this.storageVersion = storageVersion;
  }

  @Override
  protected boolean sendNext(DbFile opened) throws IOException {
    if (sent == 0) {
      LOG.atInfo()
          .addKeyValue("total-bytes", opened.sizeBytes())
          .addKeyValue("storage-version", storageVersion)
          .log("sending database snapshot to client");
    }
    long left = opened.sizeBytes() - sent;
    if (left == 0) {
      send(ByteString.copyFrom(digest.digest()), 0);
      LOG.atInfo()
          .addKeyValue("total-bytes", sent)
          .log("successfully sent database snapshot to client");
      return false;
    }
    byte[] blob = opened.read(sent, (int) Math.min(BLOB_BYTES, left));
    digest.update(blob);
    sent += blob.length;
    send(UnsafeByteOperations.unsafeWrap(blob), left - blob.length);
    return true;
  }

  private void send(ByteString blob, long remaining) {
    call.onNext(
        SnapshotResponse.newBuilder()
            .setBlob(blob)
            .setRemainingBytes(remaining)
            .setVersion(storageVersion)
            .build());
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return EtcdErrors.of(failure);
  }

  @Override
  protected void release() {
    source.release();
  }
}
