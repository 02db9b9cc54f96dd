package io.metastore.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of figures with a column for each server, computed from measurements of type {@code C}.
 *
 * <p>Every figure is the median of the rounds. NaN means that it was not measured.
 */
public final class FigureTable<C> {
  private static final String NONE = "-";

  /** Figures below this are rounding errors and are not compared. */
  private static final double NOTHING = 1e-6;

  private final Function<C, String> server;
  private final List<String> servers;
  private final List<String> compared;
  private final TextTable table = new TextTable();

  /**
   * An empty table.
   *
   * @param title what the rows have in common
   * @param server returns the server of a measurement
   * @param servers the columns, in order
   * @param compared servers that the first server is compared with, by the ratio of the medians, in
   *     additional columns
   */
  public FigureTable(
      String title, Function<C, String> server, List<String> servers, List<String> compared) {
    this.server = server;
    this.servers = List.copyOf(servers);
    this.compared = List.copyOf(compared);
    List<String> header = new ArrayList<>();
    header.add(title);
    header.addAll(servers);
    compared.forEach(other -> header.add(servers.get(0) + "/" + other));
    table.row(header);
  }

  /**
   * The text of one table for each cluster size.
   *
   * @param members returns the number of members of a measurement
   * @param server as in the constructor, like {@code servers} and {@code compared}
   * @param fill adds the rows of measurements that have the same number of members
   */
  public static <C> String forEachSize(
      List<C> measured,
      ToIntFunction<C> members,
      Function<C, String> server,
      List<String> servers,
      List<String> compared,
      BiConsumer<FigureTable<C>, List<C>> fill) {
    return measured.stream()
        .mapToInt(members)
        .distinct()
        .mapToObj(
            size -> {
              FigureTable<C> table =
                  new FigureTable<>(
                      size == 1 ? "one member" : size + " members", server, servers, compared);
              fill.accept(
                  table, measured.stream().filter(c -> members.applyAsInt(c) == size).toList());
              return table.format();
            })
        .collect(Collectors.joining("\n"));
  }

  /** Appends a row. */
  public void figure(
      String label, List<C> measured, ToDoubleFunction<C> value, DoubleFunction<String> format) {
    double[] medians =
        servers.stream()
            .mapToDouble(
                name -> median(measured.stream().filter(c -> server.apply(c).equals(name)), value))
            .toArray();
    List<String> line = new ArrayList<>();
    line.add(label);
    Arrays.stream(medians)
        .mapToObj(figure -> Double.isNaN(figure) ? NONE : format.apply(figure))
        .forEach(line::add);
    for (String other : compared) {
      double divisor = medians[servers.indexOf(other)];
      line.add(divisor < NOTHING ? NONE : digits("%.2f").apply(medians[0] / divisor));
    }
    table.row(line);
  }

  /** The table, each line ending in a line feed. */
  public String format() {
    return table.format();
  }

  /** A formatter for a {@link String#format} pattern, independent of the locale. */
  public static DoubleFunction<String> digits(String form) {
    return value -> String.format(Locale.ROOT, form, value);
  }

  /** Bytes as whole mebibytes. */
  public static String mebibytes(double bytes) {
    return ResultText.mebibytes((long) bytes);
  }

  private static <C> double median(Stream<C> measured, ToDoubleFunction<C> value) {
    double[] sorted = measured.mapToDouble(value).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
