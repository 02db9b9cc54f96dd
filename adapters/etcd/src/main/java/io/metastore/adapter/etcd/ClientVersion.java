package io.metastore.adapter.etcd;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Checks the client's version in the metadata, which must be valid text, as in etcd. */
final class ClientVersion {
  /** Read as bytes, because gRPC's text marshaller replaces invalid bytes and so hides them. */
  private static final Metadata.Key<byte[]> KEY =
      InternalMetadata.keyOf(
          "client-api-version",
          new InternalMetadata.TrustedAsciiMarshaller<byte[]>() {
            @Override
            public byte[] toAsciiString(byte[] value) {
              return value;
            }

            @Override
            public byte[] parseAsciiString(byte[] serialized) {
              return serialized;
            }
          });

  private ClientVersion() {}

  /** The error if the version is invalid, or null. */
  static @Nullable EtcdError findRefusal(Metadata metadata) {
    byte[] version = metadata.get(KEY);
    return version == null || isAscii(version) || isUtf8(version)
        ? null
        : EtcdError.INVALID_CLIENT_API_VERSION;
  }

  private static boolean isAscii(byte[] text) {
    for (byte octet : text) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
