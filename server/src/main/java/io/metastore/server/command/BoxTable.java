package io.metastore.server.command;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of one row, as etcd's programs print it since 3.7: headings centered, values right. */
final class BoxTable {
  private BoxTable() {}

  /** The lines of the table. */
  static List<String> lines(List<String> headings, List<String> values) {
    int[] widths =
        IntStream.range(0, headings.size())
            .map(i -> Math.max(headings.get(i).length(), values.get(i).length()))
            .toArray();
    return List.of(
        rule(widths, "┌", "┬", "┐"),
        cells(widths, headings, BoxTable::centered),
        rule(widths, "├", "┼", "┤"),
        cells(widths, values, (text, width) -> " ".repeat(width - text.length()) + text),
        rule(widths, "└", "┴", "┘"));
  }

  private interface Padding {
    String pad(String text, int width);
  }

  private static String centered(String text, int width) {
    int before = (width - text.length()) / 2;
    String padded = " ".repeat(before) + text.toUpperCase(Locale.ROOT);
    return padded + " ".repeat(width - padded.length());
  }

  private static String rule(int[] widths, String left, String middle, String right) {
    return IntStream.of(widths)
        .mapToObj(width -> "─".repeat(width + 2))
        .collect(Collectors.joining(middle, left, right));
  }

  private static String cells(int[] widths, List<String> texts, Padding padding) {
    return IntStream.range(0, widths.length)
        .mapToObj(i -> " " + padding.pad(texts.get(i), widths[i]) + " ")
        .collect(Collectors.joining("│", "│", "│"));
  }
}
