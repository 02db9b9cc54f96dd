package io.metastore.adapter.etcd.port;

import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The reply to one request, sent at once or piece by piece. Owned by the connection's event loop,
 * except {@link #isWritable}.
 */
public interface HttpReply {

  /** The event loop on which all methods are called. */
  EventExecutor loop();

  /** The client's address; null if the connection is already closed. */
  @Nullable SocketAddress client();

  /** Sends a complete response. */
  void send(HttpAnswer answer);

  /** Begins a response whose body follows in {@link #write}. */
  void begin(HttpAnswer head);

  /** Writes one line of the body, including its newline. */
  void write(byte[] line);

  /** Ends the body. */
  void end();

  /** Whether the client keeps up with reading. Any thread. */
  boolean isWritable();

  /** Sets whether to read further input from the client; initially true. */
  void setReading(boolean reading);

  /** Sets the action to run when {@link #isWritable} may have become true. */
  void onWritable(Runnable action);

  /** Sets the action to run if the client disconnects before the response is complete. */
  void onGone(Runnable action);
}
