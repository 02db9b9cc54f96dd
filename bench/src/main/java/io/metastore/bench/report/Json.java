package io.metastore.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** Results as JSON: record components by name, without null values. */
public final class Json {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private Json() {}

  /** The JSON text of a record or a list of records, without a trailing line feed. */
  public static String format(Object value) {
    return GSON.toJson(value);
  }
}
