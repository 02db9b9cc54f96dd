package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Identity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** Authenticates clients. */
final class Authenticator {
  private final String superDigest;

  /**
   * @param superDigest {@code user:hash} of the super user; empty for none
   */
  Authenticator(String superDigest) {
    this.superDigest = superDigest;
  }

  static Identity address(String address) {
    return identity("ip", address);
  }

  /**
   * The identities that the credentials prove; empty if they are invalid.
   *
   * @param secret {@code user:password} in UTF-8, for the scheme {@code digest}
   */
  List<Identity> authenticate(String scheme, ByteString secret) {
    if (!scheme.equals("digest")) {
      return List.of();
    }
    String digest = digest(secret.toStringUtf8());
    Identity user = identity("digest", digest);
    return digest.equals(superDigest) ? List.of(identity(ZnodeAcl.SUPER, ""), user) : List.of(user);
  }

  /** The name of an identity, as reported to users. */
  static String userName(Identity identity) {
    String id = identity.getId();
    return identity.getScheme().equals("digest") && id.indexOf(':') >= 0
        ? id.substring(0, id.indexOf(':'))
        : id;
  }

  private static String digest(String userAndPassword) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
      String user = userAndPassword.split(":", -1)[0];
      return user + ":" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1 is missing in this JDK", e);
    }
  }

  private static Identity identity(String scheme, String id) {
    return Identity.newBuilder().setScheme(scheme).setId(id).build();
  }
}
