package io.metastore.adapter.zookeeper;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Collects the packets for one client, so that one system call sends all that are ready. Owned by
 * the event loop of the channel.
 */
final class PacketOutput {
  /** When so many bytes are collected, they are passed to the channel, which counts them. */
  private static final int COLLECTED_BYTES_MAX = 32 << 10;

  private final ChannelHandlerContext channel;
  private @Nullable ByteBuf collected;
  private boolean unflushed;

  /** Bytes of complete packets in {@link #collected}. */
  private int completeBytes;

  PacketOutput(ChannelHandlerContext channel) {
    this.channel = channel;
  }

  /** The buffer to which the next packet is appended, in whole, before {@link #packetEnded}. */
  ByteBuf buffer() {
    ByteBuf buffer = collected;
    if (buffer == null) {
      buffer = channel.alloc().ioBuffer();
      collected = buffer;
    }
    return buffer;
  }

  /** A packet has been appended; returns how many bytes it has. */
  int packetEnded() {
    int all = buffer().readableBytes();
    int bytes = all - completeBytes;
    completeBytes = all;
    if (all >= COLLECTED_BYTES_MAX) {
      pass();
    }
    return bytes;
  }

  /** Sends everything; if the channel is closed, discards it. */
  void flush() {
    pass();
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  private void pass() {
    ByteBuf buffer = collected;
    if (buffer != null) {
      collected = null;
      completeBytes = 0;
      unflushed = true;
      channel.write(buffer);
    }
  }
}
