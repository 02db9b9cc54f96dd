package io.metastore.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** Results as JSON: the names of the record components, what is null left out. */
public final class Json {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private Json() {}

  /** The JSON text of a record or a list of records, without a line feed at its end. */
  public static String format(Object value) {
    return GSON.toJson(value);
  }
}
