package io.metastore.server.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.metastore.core.api.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A complete backup: a directory with {@code tables/}, which contains the files of a member's
 * tables, and {@code backup.json}, which lists them with their digests.
 *
 * <p>The files of a backup never change, so that several backups may share them by hard links.
 *
 * @param directory of the backup
 * @param clusterId the cluster that was backed up
 */
public record Backup(Path directory, long clusterId, List<Entry> files) {
  private static final String LIST = "backup.json";
  private static final int FORMAT = 1;

  public Backup {
    files = List.copyOf(files);
  }

  /**
   * A file.
   *
   * @param sha256 in hexadecimal
   */
  public record Entry(String name, long size, String sha256) {}

  /** Whether a directory is a complete backup. */
  public static boolean isOne(Path directory) {
    return Files.isRegularFile(directory.resolve(LIST));
  }

  /**
   * Reads the list of a backup.
   *
   * @throws NoSuchFileException if the directory is not a complete backup
   */
  public static Backup read(Path directory) throws IOException {
    if (!isOne(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "is not a complete backup");
    }
    try {
      JsonObject json =
          JsonParser.parseString(Files.readString(directory.resolve(LIST))).getAsJsonObject();
      if (json.get("format").getAsInt() != FORMAT) {
        throw new IOException("another version of Metastore made the backup " + directory);
      }
      List<Entry> files = new ArrayList<>();
      for (JsonElement element : json.getAsJsonArray("files")) {
        JsonObject file = element.getAsJsonObject();
        files.add(
            new Entry(
                file.get("name").getAsString(),
                file.get("size").getAsLong(),
                file.get("sha256").getAsString()));
      }
      long clusterId = Long.parseUnsignedLong(json.get("clusterId").getAsString(), 16);
      return new Backup(directory, clusterId, files);
    } catch (RuntimeException e) { // whatever Gson throws on text of another form
      throw new IOException("the list of the backup is damaged: " + directory.resolve(LIST), e);
    }
  }

  /** Writes the list into the directory. */
  void writeList() throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty("format", FORMAT);
    json.addProperty("clusterId", Long.toHexString(clusterId));
    JsonArray list = new JsonArray();
    for (Entry entry : files) {
      JsonObject file = new JsonObject();
      file.addProperty("name", entry.name());
      file.addProperty("size", entry.size());
      file.addProperty("sha256", entry.sha256());
      list.add(file);
    }
    json.add("files", list);
    Files.write(directory.resolve(LIST), (json + "\n").getBytes(UTF_8));
  }

  /** The directory of the tables' files. */
  public Path tables() {
    return directory.resolve("tables");
  }

  /**
   * Compares all files with their digests.
   *
   * @param progress receives the bytes read so far
   * @throws IOException if a file is missing, damaged or cannot be read
   */
  public void verify(LongConsumer progress) throws IOException {
    long read = 0;
    for (Entry entry : files) {
      Path file = tables().resolve(entry.name());
      if (!Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString(), null, "is missing in the backup");
      }
      if (Files.size(file) != entry.size() || !sha256(file).equals(entry.sha256())) {
        throw new IOException("the file " + file + " of the backup is damaged");
      }
      read += entry.size();
      progress.accept(read);
    }
  }

  static String sha256(Path file) throws IOException {
    MessageDigest digest = Digests.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
