package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import java.util.Base64;

/**
 * Where a list continues. Clients pass it from page to page.
 *
 * @param revision the revision at which the pages are read; 0 for the current one
 * @param position where the next page begins
 */
record PageToken(long revision, ByteString position) {
  private static final String FIELD = "page_token";

  String toText() {
    return Long.toHexString(revision)
        + "."
        + Base64.getUrlEncoder().withoutPadding().encodeToString(position.toByteArray());
  }

  /**
   * @param text not empty
   * @throws Refusal if the text is not a page token
   */
  static PageToken parse(String text) {
    int dot = text.indexOf('.');
    try {
      long revision = Long.parseUnsignedLong(text.substring(0, Math.max(dot, 0)), 16);
      byte[] position = Base64.getUrlDecoder().decode(text.substring(dot + 1));
      if (revision < 0) {
        throw invalid();
      }
      return new PageToken(revision, ByteString.copyFrom(position));
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  static Refusal invalid() {
    return Refusal.badRequest(FIELD, "is not a next_page_token of this call");
  }
}
