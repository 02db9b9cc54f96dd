package io.metastore.core.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.Seeds;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes on disk. A change of this test is a change of the format. */
class RecordCodecTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("k");

  @RegisterExtension final Machines machines = new Machines();

  @Test
  void aRecordIsFiveVarintsAndTheValue() {
    assertEncoded(
        "02 03 01 00 07 7631", 7, new KeyValue(KEY, ByteString.copyFromUtf8("v1"), 2, 3, 1, 0));
    assertEncoded(
        "8001 ac02 8101 01 8001", 128, new KeyValue(KEY, ByteString.EMPTY, 128, 300, 129, 1));
    assertEncoded(
        "01 01 01 ffffffffffffffff7f 00",
        0,
        new KeyValue(KEY, ByteString.EMPTY, 1, 1, 1, Long.MAX_VALUE));
  }

  private static void assertEncoded(String hex, int sub, KeyValue record) {
    byte[] bytes = RecordCodec.encode(record, sub);
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex.replace(" ", ""));
    assertThat(RecordCodec.decodeStored(KEY, bytes)).isEqualTo(new StoredKey(record, sub));
  }

  static LongStream seeds() {
    return Seeds.some(3);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void recordsReadBack(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] value = new byte[random.nextInt(20)];
      random.nextBytes(value);
      KeyValue record =
          new KeyValue(
              KEY,
              ByteString.copyFrom(value),
              number(random),
              number(random),
              number(random),
              number(random));
      assertThat(RecordCodec.decode(KEY, RecordCodec.encode(record, 3))).isEqualTo(record);
    }
  }

  private static long number(Random random) {
    return random.nextLong() >>> random.nextInt(1, 64);
  }

  @Test
  void decodingADamagedRecordThrows() {
    assertThatThrownBy(() -> RecordCodec.decode(KEY, new byte[] {1, 1, (byte) 0x80}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void historyKeysSortByKeyThenNewestFirst() {
    ByteString key = ByteString.copyFrom(new byte[] {'a', 0});
    byte[] historyKey = KvTable.historyKey(key, 5);
    assertThat(HexFormat.of().formatHex(historyKey)).isEqualTo("6100ff0001fffffffffffffffa");
    assertThat(KvTable.historyUserKey(historyKey)).isEqualTo(key);
    assertThat(KvTable.historyRevision(historyKey)).isEqualTo(5);
  }

  @Test
  void changesAreEncodedAsDocumented() {
    KeyValue created = new KeyValue(KEY, ByteString.copyFromUtf8("v"), 258, 258, 1, 0);
    KeyValue updated = new KeyValue(KEY, ByteString.copyFromUtf8("w"), 257, 258, 2, 0);
    WriteSet writes = machines.open().storage().newWriteSet();
    ChangeLog.appendPut(writes, 258, 1, created, RecordCodec.encode(created, 1), 0);
    ChangeLog.appendDelete(writes, 258, 2, KEY, 258);
    ChangeLog.appendPut(writes, 258, 3, updated, RecordCodec.encode(updated, 3), 257);
    StringBuilder bytes = new StringBuilder();
    writes.forEachChange(
        Table.CHANGES,
        (key, value) ->
            bytes
                .append(HexFormat.of().formatHex(key))
                .append(' ')
                .append(value == null ? "-" : HexFormat.of().formatHex(value))
                .append('\n'));
    assertThat(bytes)
        .hasToString(
            "0000000000000102"
                + "00000001 506b\n"
                + "0000000000000102"
                + "00000002 4400000000000000006b\n"
                + "0000000000000102"
                + "00000003 550000000000000101000000016b8102"
                + "820202000377\n");
    assertThat(ChangeLogs.read(writes, 258, 258))
        .containsExactly(
            new ChangeLog.Change(258, 1, WatchEvent.Kind.PUT, KEY, null, 0),
            new ChangeLog.Change(258, 2, WatchEvent.Kind.DELETE, KEY, null, 0),
            new ChangeLog.Change(258, 3, WatchEvent.Kind.PUT, KEY, updated, 257));
  }
}
