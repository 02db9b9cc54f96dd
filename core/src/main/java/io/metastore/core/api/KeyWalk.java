package io.metastore.core.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/**
 * A walk over the keys of a range, without an object for each value: for answers too large to be
 * objects. Starts before the first key. For use by one thread at a time.
 */
public interface KeyWalk extends AutoCloseable {

  /** Moves to the next key; false at the end. The methods below describe that key. */
  boolean next();

  ByteString key();

  long createRevision();

  long modRevision();

  long version();

  long lease();

  /** The length of the value. The value itself is not read for it. */
  int valueBytes();

  /** Writes the value as a protobuf field of type {@code bytes}. */
  void writeValue(int field, CodedOutputStream out) throws IOException;

  /**
   * Gives back files and memory until {@link #next} is called again, which goes on where the walk
   * stood. Nothing else may be called meanwhile.
   */
  void pause();

  @Override
  void close();

  /** A walk over these, in the order of the list. */
  static KeyWalk of(List<KeyValue> keyValues) {
    return new OfList(keyValues.iterator());
  }

  /** Walks key-values that are in memory. */
  final class OfList implements KeyWalk {
    private final Iterator<KeyValue> rest;
    private KeyValue current = KeyValue.tombstone(ByteString.EMPTY, 0);

    private OfList(Iterator<KeyValue> rest) {
      this.rest = rest;
    }

    @Override
    public boolean next() {
      if (!rest.hasNext()) {
        return false;
      }
      current = rest.next();
      return true;
    }

    @Override
    public ByteString key() {
      return current.key();
    }

    @Override
    public long createRevision() {
      return current.createRevision();
    }

    @Override
    public long modRevision() {
      return current.modRevision();
    }

    @Override
    public long version() {
      return current.version();
    }

    @Override
    public long lease() {
      return current.lease();
    }

    @Override
    public int valueBytes() {
      return current.value().size();
    }

    @Override
    public void writeValue(int field, CodedOutputStream out) throws IOException {
      out.writeBytes(field, current.value());
    }

    @Override
    public void pause() {
      // nothing to give back: the list is its owner's
    }

    @Override
    public void close() {
      // nothing to give back
    }
  }
}
