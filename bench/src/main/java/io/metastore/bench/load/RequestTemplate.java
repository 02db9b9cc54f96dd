package io.metastore.bench.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * A request that is serialized once and whose keys and values are overwritten in place for each
 * operation.
 *
 * <p>Serializing a new message for each operation would cost the load generator more than all its
 * other work, on the cores that it shares with the server. Owned by one logical client, which has
 * one request at a time.
 */
final class RequestTemplate {
  // A byte with the high bit set never ends a varint, so a run of these bytes cannot merge with a
  // tag or length before it, and no tag of etcd's fields begins with one.
  private static final byte KEY_MARK = (byte) 0xfe;
  private static final byte VALUE_MARK = (byte) 0xfd;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final KeySpace keys;
  private final int valueBytes;
  private final byte[] bytes;
  private final int[] keysAt;
  private final int[] valuesAt;
  private final Payload payload;

  /**
   * A template of the message that {@code message} builds from one key and one value; it may use
   * both several times.
   */
  RequestTemplate(
      KeySpace keys, int valueBytes, BiFunction<ByteString, ByteString, MessageLite> message) {
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.bytes =
        message.apply(run(KEY_MARK, keys.keyBytes()), run(VALUE_MARK, valueBytes)).toByteArray();
    this.keysAt = runsOf(KEY_MARK, keys.keyBytes());
    this.valuesAt = runsOf(VALUE_MARK, valueBytes);
    this.payload = new Payload(bytes);
  }

  /** Sets every key of the request to key {@code number}. */
  RequestTemplate key(long number) {
    for (int at : keysAt) {
      keys.write(number, bytes, at);
    }
    return this;
  }

  /** Sets the keys of the request, in order, to {@code first} and the following numbers. */
  RequestTemplate keysFrom(long first) {
    for (int i = 0; i < keysAt.length; i++) {
      keys.write(first + i, bytes, keysAt[i]);
    }
    return this;
  }

  /** Sets every value of the request. */
  RequestTemplate values(RandomValues values, SplittableRandom random) {
    for (int at : valuesAt) {
      values.write(random, bytes, at, valueBytes);
    }
    return this;
  }

  /** Overwrites the first eight bytes of every value with {@code nanos}. */
  RequestTemplate stamp(long nanos) {
    for (int at : valuesAt) {
      LONGS.set(bytes, at, nanos);
    }
    return this;
  }

  /** The request in its current state; valid until the next change. */
  Payload payload() {
    return payload;
  }

  private static ByteString run(byte mark, int length) {
    byte[] run = new byte[length];
    Arrays.fill(run, mark);
    return ByteString.copyFrom(run);
  }

  private int[] runsOf(byte mark, int length) {
    if (length == 0) {
      return new int[0];
    }
    return IntStream.rangeClosed(0, bytes.length - length)
        .filter(at -> isRun(mark, at, length))
        .toArray();
  }

  private boolean isRun(byte mark, int at, int length) {
    for (int i = at; i < at + length; i++) {
      if (bytes[i] != mark) {
        return false;
      }
    }
    return true;
  }
}
