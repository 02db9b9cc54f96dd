package io.metastore.adapter.etcd.db;

import java.util.zip.CRC32C;

/**
 * etcd's hash of a whole database: CRC-32C over names of buckets, keys and values, without what
 * differs between members with equal data. Source: etcd's {@code backend.Hash}.
 */
final class HashSink implements DbSink {
  private final CRC32C crc = new CRC32C();
  private boolean meta;

  @Override
  public void bucket(byte[] name) {
    crc.update(name);
    meta = Schema.META.is(name);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    if (!(meta && Schema.isMembersOwn(key))) {
      crc.update(key);
      crc.update(value);
    }
  }

  int value() {
    return (int) crc.getValue();
  }
}
