package io.metastore.bench.compare;

import io.metastore.bench.load.Workload;
import java.util.regex.Pattern;

/**
 * One line of work that servers are compared by.
 *
 * @param workload what each operation does
 * @param clients operations under way at a time
 * @param connections TCP connections they share
 */
public record Row(Workload workload, int clients, int connections) {
  private static final Pattern FORM = Pattern.compile("([a-z-]+):([0-9]{1,9})/([0-9]{1,9})");

  /**
   * Reads {@code put:1000/100}: workload, clients, connections.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Row parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not of the form workload:clients/connections: " + text);
    }
    return new Row(
        Workload.of(form.group(1)),
        Integer.parseInt(form.group(2)),
        Integer.parseInt(form.group(3)));
  }

  @Override
  public String toString() {
    return workload.label() + ":" + clients + "/" + connections;
  }
}
