package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.machine.Seeds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyCodecTest {

  @Test
  void partsAreWrittenBigEndianWithZeroBytesEscaped() {
    assertThat(new KeyWriter().int8('q').int32(0x01020304).int64(0x0102030405060708L).toBytes())
        .isEqualTo(hex("71 01020304 0102030405060708"));
    assertThat(new KeyWriter().escaped(bytes("61 00 00 ff")).int64(~2L).toBytes())
        .isEqualTo(hex("61 00ff 00ff ff 0001 fffffffffffffffd"));
    assertThat(new KeyWriter().escaped(ByteString.EMPTY).bytes(bytes("00 ff")).toBytes())
        .isEqualTo(hex("0001 00ff"));
  }

  @Test
  void keysGrowBeyondTheFirstBuffer() {
    ByteString zeros = ByteString.copyFrom(new byte[1000]);
    byte[] key = new KeyWriter().int64(1).escaped(zeros).bytes(zeros).toBytes();
    assertThat(key).hasSize(8 + 2002 + 1000);
    KeyReader in = new KeyReader(key).skip(8);
    assertThat(in.escaped()).isEqualTo(zeros);
    assertThat(in.bytes()).isEqualTo(zeros);
  }

  @Test
  void prefixesEndWhereTheNextKeyWouldBegin() {
    assertThat(Bytes.afterPrefix(hex("61 62"))).isEqualTo(hex("61 63"));
    assertThat(Bytes.afterPrefix(hex("61 ff ff"))).isEqualTo(hex("62"));
    assertThat(Bytes.afterPrefix(hex("7f"))).isEqualTo(hex("80"));
    assertThat(Bytes.afterPrefix(hex("ff ff"))).isNull();
    assertThat(Bytes.afterPrefix(Bytes.EMPTY)).isNull();
    assertThat(Bytes.after(hex("61"))).isEqualTo(hex("61 00"));
  }

  static LongStream seeds() {
    return Seeds.some(5);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void composedKeysReadBackAndSortLikeTheirParts(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      Parts left = Parts.random(random);
      Parts right = random.nextInt(3) == 0 ? left.changed(random) : Parts.random(random);
      assertThat(Parts.read(left.toBytes())).isEqualTo(left);
      assertThat(Integer.signum(Arrays.compareUnsigned(left.toBytes(), right.toBytes())))
          .as("%s and %s", left, right)
          .isEqualTo(Integer.signum(Parts.ORDER.compare(left, right)));
    }
  }

  private record Parts(ByteString first, long number, ByteString second, int sub, ByteString last) {
    private static final Comparator<ByteString> BYTES =
        ByteString.unsignedLexicographicalComparator();
    static final Comparator<Parts> ORDER =
        Comparator.comparing(Parts::first, BYTES)
            .thenComparingLong(Parts::number)
            .thenComparing(Parts::second, BYTES)
            .thenComparingInt(Parts::sub)
            .thenComparing(Parts::last, BYTES);

    static Parts random(Random random) {
      return new Parts(
          someBytes(random),
          random.nextLong() >>> random.nextInt(1, 64),
          someBytes(random),
          random.nextInt(3),
          someBytes(random));
    }

    /** Other values with the same prefix. */
    Parts changed(Random random) {
      Parts other = random(random);
      return random.nextBoolean()
          ? new Parts(first, number, other.second, other.sub, other.last)
          : new Parts(first, other.number, second, sub, last);
    }

    byte[] toBytes() {
      return new KeyWriter()
          .escaped(first)
          .int64(number)
          .escaped(second)
          .int32(sub)
          .bytes(last)
          .toBytes();
    }

    static Parts read(byte[] key) {
      KeyReader in = new KeyReader(key);
      return new Parts(in.escaped(), in.int64(), in.escaped(), in.int32(), in.bytes());
    }

    /** Short byte strings, mostly of bytes that need escaping; many are prefixes of others. */
    private static ByteString someBytes(Random random) {
      byte[] alphabet = {0, 0, 1, 2, (byte) 0xff, (byte) 0xfe, 'a'};
      byte[] bytes = new byte[random.nextInt(5)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = alphabet[random.nextInt(alphabet.length)];
      }
      return ByteString.copyFrom(bytes);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFrom(hex(text));
  }
}
