package io.metastore.cli.console;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses {@code HOST:PORT}. A leading {@code http://}, which etcd's clients accept, is dropped; a
 * leading {@code https://} is kept, because it selects TLS.
 */
public final class EndpointText implements ITypeConverter<String> {
  private static final Pattern FORM =
      Pattern.compile("(?:http://)?((?:" + Endpoint.HTTPS + ")?[^/\\s]+:[0-9]{1,5})/?");

  @Override
  public String convert(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("expected an endpoint like 127.0.0.1:2379, not: " + text);
    }
    return form.group(1);
  }
}
