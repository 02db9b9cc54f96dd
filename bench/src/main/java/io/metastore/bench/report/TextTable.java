package io.metastore.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A plain-text table whose first column is left-aligned and whose others are right-aligned. */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  /** Appends a row; rows may differ in length. */
  public TextTable row(String... cells) {
    return row(List.of(cells));
  }

  /** Appends a row; rows may differ in length. */
  public TextTable row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /** The table, each line ending in a line feed. */
  public String format() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String gap = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + gap : "  " + gap + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
