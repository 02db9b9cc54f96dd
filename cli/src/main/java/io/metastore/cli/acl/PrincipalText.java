package io.metastore.cli.acl;

import io.metastore.api.v1.Principal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses {@code user:NAME} and {@code role:NAME}. */
final class PrincipalText implements ITypeConverter<Principal> {
  private static final String USER = "user:";
  private static final String ROLE = "role:";

  @Override
  public Principal convert(String text) {
    if (text.startsWith(USER)) {
      return Principal.newBuilder().setUser(text.substring(USER.length())).build();
    }
    if (text.startsWith(ROLE)) {
      return Principal.newBuilder().setRole(text.substring(ROLE.length())).build();
    }
    throw new TypeConversionException("expected user:NAME or role:NAME, not: " + text);
  }

  static String of(Principal principal) {
    return principal.hasRole() ? ROLE + principal.getRole() : USER + principal.getUser();
  }
}
