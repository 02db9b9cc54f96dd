package io.metastore.adapter.metastore;

import io.metastore.api.v1.Entry;
import io.metastore.core.api.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** Translates versions of keys for clients. */
final class Entries {
  private Entries() {}

  /** A version of a key that is a valid path. */
  static Entry toWire(KeyValue keyValue) {
    return Entry.newBuilder()
        .setKeyBytes(keyValue.key())
        .setValue(keyValue.value())
        .setCreateRevision(keyValue.createRevision())
        .setModRevision(keyValue.modRevision())
        .setVersion(keyValue.version())
        .setClientId(keyValue.lease())
        .setValueSize(keyValue.valueBytes())
        .build();
  }

  /** Only the keys that are valid paths. Other keys of etcd clients are not visible in this API. */
  static List<KeyValue> toVisible(List<KeyValue> found) {
    List<KeyValue> visible = new ArrayList<>(found.size());
    for (KeyValue keyValue : found) {
      if (Paths.isPath(keyValue.key())) {
        visible.add(keyValue);
      }
    }
    return visible;
  }

  static List<Entry> toWire(List<KeyValue> keyValues) {
    List<Entry> entries = new ArrayList<>(keyValues.size());
    for (KeyValue keyValue : keyValues) {
      entries.add(toWire(keyValue));
    }
    return entries;
  }
}
