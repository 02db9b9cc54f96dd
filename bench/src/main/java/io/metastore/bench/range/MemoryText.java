package io.metastore.bench.range;

import io.metastore.bench.report.ResultText;
import io.metastore.bench.report.TextTable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats the results of {@link RangeMemory} as a table. */
public final class MemoryText {
  private static final String NONE = "-";

  private MemoryText() {}

  /** The table. */
  public static String format(List<MemoryLine> lines) {
    TextTable table =
        new TextTable()
            .row(
                "server, phase",
                "s",
                "keys/s",
                "MiB/s",
                "live heap MiB",
                "RSS MiB",
                "peak RSS MiB");
    for (MemoryLine line : lines) {
      table.row(
          line.server() + ": " + line.phase(),
          number("%.1f", line.seconds()),
          number("%,.0f", line.keysPerSecond()),
          number("%.0f", line.mebibytesPerSecond()),
          line.liveHeapBytes() == null ? NONE : ResultText.mebibytes(line.liveHeapBytes()),
          ResultText.mebibytes(line.rssBytes()),
          ResultText.mebibytes(line.peakRssBytes()));
    }
    return table.format();
  }

  private static String number(String form, @Nullable Double number) {
    return number == null ? NONE : String.format(Locale.ROOT, form, number);
  }
}
