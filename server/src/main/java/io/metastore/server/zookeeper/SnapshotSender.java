package io.metastore.server.zookeeper;

import io.metastore.adapter.etcd.port.HttpAnswer;
import io.metastore.adapter.etcd.port.HttpReply;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import io.metastore.server.zookeeper.data.SnapshotWriter;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one snapshot of the tree, as fast as its client reads it. The snapshot shows one revision,
 * and memory does not grow with it. Runs on a thread of its own, because it waits for the client.
 */
final class SnapshotSender {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
  private static final int CHUNK_BYTES = 1 << 16;

  private final ReadView view;
  private final HttpReply reply;
  private boolean writable = true;
  private boolean gone;

  private SnapshotSender(ReadView view, HttpReply reply) {
    this.view = view;
    this.reply = reply;
  }

  /**
   * Starts sending.
   *
   * @param view closed at the end
   * @param onEnd called at the end
   */
  static void start(ReadView view, HttpReply reply, Runnable onEnd) {
    SnapshotSender sender = new SnapshotSender(view, reply);
    Thread thread = new Thread(() -> sender.run(onEnd), "zookeeper-snapshot");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Runnable onEnd) {
    long zxid = view.revision();
    reply
        .loop()
        .execute(
            () -> {
              reply.onWritable(this::writable);
              reply.onGone(this::gone);
              reply.begin(
                  new HttpAnswer(
                      HttpResponseStatus.OK,
                      "application/octet-stream",
                      "",
                      Map.of("last_zxid", "0x" + Long.toHexString(zxid))));
            });
    try (OutputStream out = new BufferedOutputStream(new Chunks(), CHUNK_BYTES)) {
      write(view.tree(), zxid, out);
      reply.loop().execute(reply::end);
    } catch (IOException e) {
      // The client sees that the body ends early.
      LOG.atInfo().addKeyValue("reason", e.getMessage()).log("a snapshot was not sent completely");
    } finally {
      view.close();
      onEnd.run();
    }
  }

  private static void write(TreeView tree, long zxid, OutputStream out) throws IOException {
    SnapshotWriter writer = new SnapshotWriter(out);
    Map<Long, Integer> timeouts = new TreeMap<>();
    tree.sessions().forEach(id -> timeouts.put(id, tree.sessionTimeoutMs(id)));
    writer.sessions(timeouts);
    writer.acls(tree.accessLists());
    tree.forEachNode(writer::node);
    writer.end(zxid);
    out.flush();
  }

  private synchronized void writable() {
    writable = reply.isWritable();
    notifyAll();
  }

  private synchronized void gone() {
    gone = true;
    notifyAll();
  }

  private synchronized void awaitWritable() throws IOException {
    try {
      while (!writable && !gone) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    if (gone) {
      throw new IOException("the client has disconnected");
    }
    // Until the event loop has written this chunk.
    writable = false;
  }

  /** Sends what is written as chunks of the body, one at a time. */
  private final class Chunks extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      awaitWritable();
      byte[] chunk = Arrays.copyOfRange(bytes, offset, offset + length);
      reply
          .loop()
          .execute(
              () -> {
                reply.write(chunk);
                writable();
              });
    }
  }
}
