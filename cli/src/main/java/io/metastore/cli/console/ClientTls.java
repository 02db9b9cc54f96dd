package io.metastore.cli.console;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Credentials of gRPC clients from files. */
public final class ClientTls {
  private ClientTls() {}

  /**
   * Reads the files.
   *
   * @param identity the client's certificate; null for none
   * @param authority of the servers; null for those of the JDK
   * @param trustsEverybody whether certificates of servers are not checked
   * @throws IOException if a file cannot be read or used
   */
  public static ChannelCredentials credentials(
      @Nullable KeyFiles identity, @Nullable Path authority, boolean trustsEverybody)
      throws IOException {
    TlsContext tls = TlsContext.client(TlsSettings.client(identity, authority, trustsEverybody));
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(tls.trustManager());
    if (tls.keyManager() != null) {
      credentials.keyManager(tls.keyManager());
    }
    return credentials.build();
  }
}
