package io.metastore.cli.keys;

import io.metastore.api.v1.Condition;
import io.metastore.client.Conditions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses {@code LOCK:TOKEN} as a condition. The lock's path may contain colons. */
final class FenceText implements ITypeConverter<Condition> {
  @Override
  public Condition convert(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return Conditions.fence(
          text.substring(0, Math.max(colon, 0)), Long.parseLong(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new TypeConversionException("expected LOCK:TOKEN like /app/leader:42, not: " + text);
    }
  }
}
