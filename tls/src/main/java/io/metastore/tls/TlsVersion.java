package io.metastore.tls;

import java.util.Arrays;
import java.util.List;

/** The supported TLS versions, oldest first. */
public enum TlsVersion {
  TLS_1_2("TLS1.2", "TLSv1.2"),
  TLS_1_3("TLS1.3", "TLSv1.3");

  private final String flagText;
  private final String jdkName;

  TlsVersion(String flagText, String jdkName) {
    this.flagText = flagText;
    this.jdkName = jdkName;
  }

  /**
   * Parses etcd's notation, {@code TLS1.2}.
   *
   * @throws IllegalArgumentException with etcd's message
   */
  public static TlsVersion parse(String text) {
    for (TlsVersion version : values()) {
      if (version.flagText.equals(text)) {
        return version;
      }
    }
    throw new IllegalArgumentException("unexpected TLS version \"" + text + "\"");
  }

  static List<String> jdkNames(TlsVersion min, TlsVersion max) {
    return Arrays.stream(values())
        .filter(version -> version.compareTo(min) >= 0 && version.compareTo(max) <= 0)
        .map(version -> version.jdkName)
        .toList();
  }

  @Override
  public String toString() {
    return flagText;
  }
}
