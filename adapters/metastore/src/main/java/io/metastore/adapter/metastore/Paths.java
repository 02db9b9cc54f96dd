package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The rules for the keys of the native API, and the translation between paths and keys of the
 * store.
 */
final class Paths {
  static final int COMPONENT_BYTES_MAX = 255;
  static final int PATH_BYTES_MAX = 1024;

  private static final String ROOT = "/";

  /**
   * The rule that a path breaks.
   *
   * @param part the part that breaks the rule; empty if something is missing
   * @param position where {@code part} begins, in code points
   * @param why describes the rule; follows "path " or "path: part" in the error text
   */
  record Problem(String part, int position, String why) {}

  private Paths() {}

  /**
   * The key of the store for a path.
   *
   * @param field the field of the request that contains the path
   * @throws Refusal if the path is not a valid key
   */
  static ByteString toKey(String field, String path) {
    refuse(field, path, findProblem(path));
    return ByteString.copyFromUtf8(path);
  }

  /**
   * The common prefix of the keys below a directory.
   *
   * @throws Refusal if the path is not a valid directory
   */
  static ByteString toPrefix(String field, String directory) {
    if (directory.equals(ROOT)) {
      return ByteString.copyFromUtf8(ROOT);
    }
    return toKey(field, directory).concat(ByteString.copyFromUtf8(ROOT));
  }

  /** The directory for a common prefix; the inverse of {@link #toPrefix}. */
  static ByteString toDirectory(ByteString prefix) {
    return prefix.size() == 1 ? prefix : prefix.substring(0, prefix.size() - 1);
  }

  static boolean isRoot(String path) {
    return path.equals(ROOT);
  }

  /** Whether the native API shows this key of the store. */
  static boolean isPath(ByteString key) {
    return key.isValidUtf8() && findProblem(key.toStringUtf8()) == null;
  }

  /** Whether these bytes are a valid component of a path. */
  static boolean isComponent(ByteString name) {
    return name.isValidUtf8() && findComponentProblem(name.toStringUtf8(), 0) == null;
  }

  /**
   * The first rule that a path breaks, or null. A path from the wire has no unpaired surrogates.
   */
  static @Nullable Problem findProblem(String path) {
    if (!path.startsWith(ROOT)) {
      int slash = path.indexOf('/');
      return new Problem(slash < 0 ? path : path.substring(0, slash), 0, "must begin with /");
    }
    int position = 1;
    int bytes = 0;
    for (int start = 1; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String component = path.substring(start, end);
      if (component.isEmpty() && slash < 0) {
        return new Problem("", position, "must not end with /");
      }
      Problem problem = findComponentProblem(component, position);
      if (problem != null) {
        return problem;
      }
      bytes += 1 + utf8Length(component);
      if (bytes > PATH_BYTES_MAX) {
        return new Problem(component, position, "exceeds " + PATH_BYTES_MAX + " bytes");
      }
      position += component.codePointCount(0, component.length()) + 1;
      start = end + 1;
    }
    return null;
  }

  private static @Nullable Problem findComponentProblem(String component, int position) {
    if (component.isEmpty()) {
      return new Problem("", position, "must not have an empty component");
    }
    if (component.equals(".") || component.equals("..")) {
      return new Problem(component, position, "must not have a component . or ..");
    }
    for (int i = 0; i < component.length(); i++) {
      if (Character.isISOControl(component.charAt(i))) {
        return new Problem(
            component.substring(i, i + 1),
            position + component.codePointCount(0, i),
            "must not have control characters");
      }
    }
    if (utf8Length(component) > COMPONENT_BYTES_MAX) {
      return new Problem(component, position, "must not have a component of more than 255 bytes");
    }
    return null;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void refuse(String field, String path, @Nullable Problem problem) {
    if (problem != null) {
      throw Refusal.badPath(field, path, problem);
    }
  }
}
