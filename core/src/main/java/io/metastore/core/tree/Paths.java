package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.storage.KeyWriter;

/**
 * Paths of znodes: {@code /} or {@code /a/b}. The root's path may also be the empty string, so that
 * the path of every other node is its parent's path, a slash, and a name without slashes.
 */
final class Paths {
  private Paths() {}

  /** The parent's path; the empty string for the root and its children. */
  static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The path as clients write it. */
  static String shown(String path) {
    return path.isEmpty() ? "/" : path;
  }

  static boolean isRoot(String path) {
    return path.isEmpty() || path.equals("/");
  }

  /** Whether a node with this path can exist: other strings cannot be encoded as a table key. */
  static boolean mayExist(String path) {
    return (path.isEmpty() || path.charAt(0) == '/')
        && !path.startsWith("//") // would be found as the root's child
        && path.indexOf('\0') < 0;
  }

  /**
   * Whether a path is valid for a new node, by ZooKeeper's rules ({@code PathUtils.validatePath}).
   */
  static boolean isValid(String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      return false;
    }
    if (path.length() == 1) {
      return true;
    }
    for (int start = 1; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      if (!isValidName(path, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  private static boolean isValidName(String path, int start, int end) {
    boolean dots = true;
    for (int i = start; i < end; i++) {
      char c = path.charAt(i);
      dots &= c == '.';
      if (c <= '\u001f'
          || (c >= '\u007f' && c <= '\u009f')
          || (c >= '\ud800' && c <= '\uf8ff')
          || c >= '\ufff0') {
        return false;
      }
    }
    return !dots || end - start > 2;
  }

  /** The key prefix of a node's children: the node's path and a zero byte. */
  static KeyWriter childrenKey(String path) {
    return new KeyWriter().bytes(utf8(isRoot(path) ? "" : path)).int8(0);
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
