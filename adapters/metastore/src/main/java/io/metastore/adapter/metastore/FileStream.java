package io.metastore.adapter.metastore;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.SerialTask;
import io.metastore.api.v1.ReadResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a file as fast as the client reads. A slow client keeps the file open, but no thread and no
 * memory. The state belongs to the running task, one at a time.
 */
final class FileStream {
  private static final Logger LOG = LoggerFactory.getLogger(FileStream.class);

  private static final int MESSAGE_BYTES = 64 << 10;

  /** After so many messages, other tasks of the thread get a turn. */
  private static final int MESSAGES_AT_ONCE = 16;

  private final FileChannel file;
  private final Executor threads;
  private final ServerCallStreamObserver<ReadResponse> call;
  private final SerialTask sending = new SerialTask(this::sendWhatIsReady);
  private volatile boolean cancelled;
  private boolean done;

  FileStream(Path path, Executor threads, ServerCallStreamObserver<ReadResponse> call)
      throws IOException {
    this.file = FileChannel.open(path, StandardOpenOption.READ);
    this.threads = threads;
    this.call = call;
  }

  /** Called once, before the service method returns. */
  void start() {
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(
        () -> {
          cancelled = true;
          wake();
        });
    wake();
  }

  private void wake() {
    try {
      sending.wakeOn(threads);
    } catch (RejectedExecutionException e) {
      call.onError(Errors.of(e));
    }
  }

  private void sendWhatIsReady() {
    if (done) {
      return;
    }
    try {
      for (int i = 0; i < MESSAGES_AT_ONCE && call.isReady() && !cancelled && !done; i++) {
        sendNext();
      }
      if (cancelled || done) {
        end();
      } else if (call.isReady()) {
        wake();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      end();
      call.onError(Errors.of(e));
    }
  }

  private void end() {
    done = true;
    try {
      file.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("could not close a file of a backup");
    }
  }

  private void sendNext() throws IOException {
    byte[] bytes = new byte[MESSAGE_BYTES];
    int read = file.read(ByteBuffer.wrap(bytes));
    if (read < 0) {
      done = true;
      call.onCompleted();
      return;
    }
    byte[] data = read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
    call.onNext(ReadResponse.newBuilder().setData(UnsafeByteOperations.unsafeWrap(data)).build());
  }
}
