package io.metastore.cli.console;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code HOST:PORT}. {@code http://} before it, as etcd's clients take it, is dropped; {@code
 * https://} stays, for it asks for TLS.
 */
final class EndpointText implements ITypeConverter<String> {
  private static final Pattern FORM =
      Pattern.compile("(?:http://)?((?:https://)?[^/\\s]+:[0-9]{1,5})/?");

  @Override
  public String convert(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("not an endpoint like 127.0.0.1:2379: " + text);
    }
    return form.group(1);
  }
}
