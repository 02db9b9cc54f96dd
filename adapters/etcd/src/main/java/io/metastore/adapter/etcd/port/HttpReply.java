package io.metastore.adapter.etcd.port;

import io.netty.util.concurrent.EventExecutor;

/**
 * How one request is answered: at once, or piece by piece. Owned by the connection's event loop,
 * but for {@link #isWritable}.
 */
public interface HttpReply {

  /** The loop that everything here is called on. */
  EventExecutor loop();

  /** The whole answer. */
  void send(HttpAnswer answer);

  /** Begins an answer whose body follows in {@link #write}. */
  void begin(HttpAnswer head);

  /** One line of the body, with its newline. */
  void write(byte[] line);

  /** The body is complete. */
  void end();

  /** Whether the client keeps up. Any thread. */
  boolean isWritable();

  /** Whether more of what the client sends is wanted; it is, until this says otherwise. */
  void setReading(boolean reading);

  /** Calls when {@link #isWritable} may have become true. */
  void onWritable(Runnable action);

  /** Calls when the client has gone before it was answered to the end. */
  void onGone(Runnable action);
}
