package io.metastore.server.etcd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
  @TempDir Path directory;
  private final CRC32C checksum = new CRC32C();

  @Test
  void checksumsContinueInTheNextFile() throws Exception {
    write(0, file(entry(1, "a"), entry(2, "b")));
    write(1, file(entry(3, "c")));
    Wal wal = Wal.read(directory, 1);
    assertThat(wal.entries()).extracting(Wal.Entry::index).containsExactly(2L, 3L);
    assertThat(wal.entries())
        .extracting(entry -> new String(entry.data(), UTF_8))
        .containsExactly("b", "c");

    // etcd deletes old files.
    Files.delete(directory.resolve(name(0)));
    assertThat(Wal.read(directory, 1).entries()).hasSize(1);
  }

  @Test
  void changedByteIsFound() throws Exception {
    byte[] bytes = file(entry(1, "a"), entry(2, "some value"), entry(3, "c"));
    int at = new String(bytes, ISO_8859_1).indexOf("some value");
    bytes[at]++;
    write(0, bytes);
    assertThatThrownBy(() -> Wal.read(directory, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("the write-ahead log is damaged", name(0), "wrong checksum");
  }

  @Test
  void lastRecordMayLackASector() throws Exception {
    byte[] bytes = file(entry(1, "a"), entry(2, "x".repeat(4_000)));
    Arrays.fill(bytes, 1_024, 1_536, (byte) 0);
    write(0, bytes);
    assertThat(Wal.read(directory, 0).entries()).extracting(Wal.Entry::index).containsExactly(1L);
  }

  private byte[] file(byte[]... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      append(out, 4, new byte[0]);
      for (byte[] entry : entries) {
        checksum.update(entry);
        append(out, 2, entry);
      }
    }
    return bytes.toByteArray();
  }

  private void append(DataOutputStream out, int type, byte[] data) throws IOException {
    byte[] record =
        message(
            fields -> {
              fields.writeInt64(1, type);
              fields.writeUInt32(2, (int) checksum.getValue());
              fields.writeByteArray(3, data);
            });
    int padding = -record.length & 7;
    long frame = record.length | (padding == 0 ? 0 : (0x80L | padding) << 56);
    out.writeLong(Long.reverseBytes(frame));
    out.write(record);
    out.write(new byte[padding]);
  }

  private static byte[] entry(long index, String data) throws IOException {
    return message(
        fields -> {
          fields.writeInt64(3, index);
          fields.writeByteArray(4, data.getBytes(UTF_8));
        });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private void write(int number, byte[] bytes) throws IOException {
    Files.write(directory.resolve(name(number)), bytes);
  }

  private static String name(int number) {
    return "%016x-0000000000000000.wal".formatted(number);
  }
}
