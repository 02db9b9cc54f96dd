package io.metastore.adapter.etcd.db;

import io.metastore.bbolt.BboltWriter;
import io.metastore.bbolt.BucketWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the contents to a bbolt file. */
final class BboltSink implements DbSink {
  private final BboltWriter writer;
  private @Nullable BucketWriter bucket;

  BboltSink(BboltWriter writer) {
    this.writer = writer;
  }

  @Override
  public void bucket(byte[] name) throws IOException {
    closeBucket();
    bucket = writer.bucket(name);
  }

  @Override
  public void put(byte[] key, byte[] value) throws IOException {
    BucketWriter current = bucket;
    if (current == null) {
      throw new IllegalStateException("an entry without a bucket");
    }
    current.put(key, value);
  }

  /** Completes the file and forces it to disk. */
  void finish() throws IOException {
    closeBucket();
    writer.finish();
  }

  private void closeBucket() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
  }
}
