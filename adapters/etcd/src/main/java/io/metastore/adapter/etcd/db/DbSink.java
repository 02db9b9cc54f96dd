package io.metastore.adapter.etcd.db;

import java.io.IOException;

/** Receives the contents of a database file in its order. */
interface DbSink {

  /** Begins a bucket, after the end of the one before. */
  void bucket(byte[] name) throws IOException;

  /** An entry of the current bucket. Both arrays belong to the sink. */
  void put(byte[] key, byte[] value) throws IOException;
}
