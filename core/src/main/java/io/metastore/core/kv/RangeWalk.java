package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.command.Range;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks the keys of a {@link Range} that pass its filters. */
final class RangeWalk implements KeyWalk {
  private final Range range;
  private final Function<KeyRange, VersionCursor> open;
  private final boolean filtered;
  private final VersionCursor.Scratch scratch = new VersionCursor.Scratch();
  private KeyRange rest;
  private @Nullable VersionCursor cursor;

  /** Whether the cursor stands on a key. */
  private boolean onKey;

  /**
   * @param open a cursor over a part of the keys, at the range's revision
   */
  RangeWalk(Range range, KeyRange keys, Function<KeyRange, VersionCursor> open) {
    this.range = range;
    this.rest = keys;
    this.open = open;
    this.filtered = RangeReader.isFiltered(range);
  }

  @Override
  public boolean next() {
    VersionCursor moving = cursor;
    if (moving == null) {
      moving = open.apply(rest);
      cursor = moving;
    }
    do {
      onKey = moving.next();
    } while (onKey && filtered && !passes(moving.head()));
    return onKey;
  }

  private boolean passes(RecordCodec.Head head) {
    return RangeReader.passes(range, head.createRevision(), head.modRevision());
  }

  @Override
  public ByteString key() {
    return current().key();
  }

  @Override
  public long createRevision() {
    return current().head().createRevision();
  }

  @Override
  public long modRevision() {
    return current().head().modRevision();
  }

  @Override
  public long version() {
    return current().head().version();
  }

  @Override
  public long lease() {
    return current().head().lease();
  }

  @Override
  public int valueBytes() {
    return range.getKeysOnly() ? 0 : current().valueBytes();
  }

  @Override
  public void writeValue(int field, CodedOutputStream out) throws IOException {
    if (range.getKeysOnly()) {
      out.writeBytes(field, ByteString.EMPTY);
    } else {
      current().writeValue(field, out, scratch);
    }
  }

  @Override
  public void pause() {
    if (onKey) {
      rest = rest.after(key());
      onKey = false;
    }
    close();
  }

  @Override
  public void close() {
    VersionCursor open = cursor;
    if (open != null) {
      cursor = null;
      open.close();
    }
  }

  private VersionCursor current() {
    VersionCursor current = cursor;
    if (current == null || !onKey) {
      throw new IllegalStateException("the walk is not on a key");
    }
    return current;
  }
}
