package io.metastore.adapter.metastore;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.PacedStream;
import io.metastore.api.v1.ReadResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a file of a backup, and closes it. */
final class FileStream extends PacedStream<FileChannel, ReadResponse> {
  private static final Logger LOG = LoggerFactory.getLogger(FileStream.class);

  private static final int MESSAGE_BYTES = 64 << 10;

  private final FileChannel file;

  FileStream(FileChannel file, Executor threads, ServerCallStreamObserver<ReadResponse> call) {
    super(threads, call, MESSAGE_BYTES);
    this.file = file;
  }

  @Override
  protected boolean sendNext(FileChannel opened) throws IOException {
    byte[] bytes = new byte[MESSAGE_BYTES];
    int read = opened.read(ByteBuffer.wrap(bytes));
    if (read < 0) {
      return false;
    }
    byte[] data = read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
    call.onNext(ReadResponse.newBuilder().setData(UnsafeByteOperations.unsafeWrap(data)).build());
    return true;
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return Errors.of(failure);
  }

  @Override
  protected void release() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("could not close a file of a backup");
    }
  }
}
