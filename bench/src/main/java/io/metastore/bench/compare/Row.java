package io.metastore.bench.compare;

import io.metastore.bench.load.Workload;
import java.util.regex.Pattern;

/**
 * One line of work in a comparison.
 *
 * @param workload what each operation does
 * @param clients the number of concurrent operations
 * @param connections the number of TCP connections that they share
 * @param rate operations per second of all clients together; 0 for as many as possible
 */
public record Row(Workload workload, int clients, int connections, int rate) {
  private static final Pattern FORM =
      Pattern.compile("([a-z-]+):([0-9]{1,9})/([0-9]{1,9})(?:@([0-9]{1,9}))?");

  /**
   * Parses {@code put:1000/100} or {@code put:64/64@500}: workload, clients, connections, and the
   * rate.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Row parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "expected workload:clients/connections or workload:clients/connections@rate, not: "
              + text);
    }
    return new Row(
        Workload.of(form.group(1)),
        Integer.parseInt(form.group(2)),
        Integer.parseInt(form.group(3)),
        form.group(4) == null ? 0 : Integer.parseInt(form.group(4)));
  }

  @Override
  public String toString() {
    return workload.label() + ":" + clients + "/" + connections + (rate == 0 ? "" : "@" + rate);
  }
}
