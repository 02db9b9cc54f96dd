package io.metastore.core.kv;

import io.metastore.core.storage.Reader;
import java.util.ArrayList;
import java.util.List;

/** Reads the change log of a test. */
public final class ChangeLogs {
  private ChangeLogs() {}

  /** All changes from {@code first} to {@code last}, both inclusive. */
  public static List<ChangeLog.Change> read(Reader reader, long first, long last) {
    List<ChangeLog.Change> all = new ArrayList<>();
    try (ChangeLog.Walk walk = ChangeLog.walk(reader, first, last)) {
      for (ChangeLog.Change next = walk.next(); next != null; next = walk.next()) {
        all.add(next);
      }
    }
    return all;
  }
}
