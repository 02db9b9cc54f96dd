package io.metastore.cli.console;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.metastore.api.v1.Entry;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** JSON forms shared by several commands. */
public final class Json {
  private Json() {}

  /** A key with its value. */
  public static JsonObject of(Entry entry) {
    JsonObject json = withoutValue(entry);
    addValue(json, entry.getValue());
    return json;
  }

  /** A key without its value. */
  public static JsonObject withoutValue(Entry entry) {
    JsonObject json = new JsonObject();
    json.addProperty("key", entry.getKey());
    json.addProperty("create_revision", entry.getCreateRevision());
    json.addProperty("mod_revision", entry.getModRevision());
    json.addProperty("version", entry.getVersion());
    if (entry.getClientId() != 0) {
      json.addProperty("client", clientId(entry.getClientId()));
    }
    return json;
  }

  /** Adds {@code value}, or {@code value_base64} if the value is not UTF-8. */
  public static void addValue(JsonObject json, ByteString value) {
    byte[] bytes = value.toByteArray();
    @Nullable String text = EscapedText.findUtf8(bytes);
    if (text != null) {
      json.addProperty("value", text);
    } else {
      json.addProperty("value_base64", Base64.getEncoder().encodeToString(bytes));
    }
  }

  /** An object with the revision of a write. */
  public static JsonObject revision(long revision) {
    JsonObject json = new JsonObject();
    json.addProperty("revision", revision);
    return json;
  }

  /**
   * A client ID in hexadecimal, as in the keys of queued lock requests and in etcd's lease list.
   */
  public static String clientId(long id) {
    return Long.toHexString(id);
  }
}
