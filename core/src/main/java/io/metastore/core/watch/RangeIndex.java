package io.metastore.core.watch;

import com.google.protobuf.ByteString;
import io.metastore.core.kv.KeyRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watchers indexed by the keys and ranges that they watch. The cost of finding the watchers of a
 * key depends on how many match, not on how many there are.
 *
 * <p>Single keys are in a hash table. Ranges are in an interval tree: a treap ordered by the start
 * of the range, in which each node stores the highest end in its subtree. Not thread-safe.
 */
final class RangeIndex {
  private final Map<ByteString, Set<Watcher>> byKey = new HashMap<>();
  private final Map<KeyRange, Node> byRange = new HashMap<>();
  private @Nullable Node root;

  /** A node of the treap: all watchers of one range. */
  private static final class Node {
    final KeyRange range;
    final Set<Watcher> watchers = new LinkedHashSet<>();
    final int priority;
    @Nullable Node left;
    @Nullable Node right;

    /** The highest end of a range in this subtree; null for no upper bound. */
    @Nullable ByteString highestEnd;

    Node(KeyRange range) {
      this.range = range;
      // Fibonacci hashing: priorities must be well distributed to keep the treap balanced.
      this.priority = range.hashCode() * 0x9E3779B9;
      this.highestEnd = range.to();
    }
  }

  void add(Watcher watcher) {
    if (watcher.range.single()) {
      byKey.computeIfAbsent(watcher.range.from(), key -> new LinkedHashSet<>()).add(watcher);
      return;
    }
    Node node = byRange.get(watcher.range);
    if (node == null) {
      node = new Node(watcher.range);
      byRange.put(watcher.range, node);
      root = insert(root, node);
    }
    node.watchers.add(watcher);
  }

  void remove(Watcher watcher) {
    if (watcher.range.single()) {
      Set<Watcher> watchers = byKey.get(watcher.range.from());
      if (watchers != null && watchers.remove(watcher) && watchers.isEmpty()) {
        byKey.remove(watcher.range.from());
      }
      return;
    }
    Node node = byRange.get(watcher.range);
    if (node != null && node.watchers.remove(watcher) && node.watchers.isEmpty()) {
      byRange.remove(watcher.range);
      root = delete(root, node);
    }
  }

  /** Calls {@code visitor} for every watcher whose key or range contains {@code key}. */
  void forEachMatch(ByteString key, Consumer<Watcher> visitor) {
    Set<Watcher> watchers = byKey.get(key);
    if (watchers != null) {
      watchers.forEach(visitor);
    }
    visit(root, key, visitor);
  }

  /** All watchers. */
  List<Watcher> all() {
    List<Watcher> all = new ArrayList<>();
    byKey.values().forEach(all::addAll);
    byRange.values().forEach(node -> all.addAll(node.watchers));
    return all;
  }

  boolean isEmpty() {
    return byKey.isEmpty() && byRange.isEmpty();
  }

  private static void visit(@Nullable Node node, ByteString key, Consumer<Watcher> visitor) {
    if (node == null || (node.highestEnd != null && KeyRange.compare(node.highestEnd, key) <= 0)) {
      return;
    }
    visit(node.left, key, visitor);
    if (KeyRange.compare(node.range.from(), key) <= 0) {
      if (node.range.contains(key)) {
        node.watchers.forEach(visitor);
      }
      visit(node.right, key, visitor);
    }
  }

  private static Node insert(@Nullable Node tree, Node node) {
    if (tree == null) {
      return node;
    }
    if (order(node.range, tree.range) < 0) {
      Node left = insert(tree.left, node);
      tree.left = left;
      if (left.priority > tree.priority) {
        tree.left = left.right;
        left.right = tree;
        update(tree);
        return update(left);
      }
    } else {
      Node right = insert(tree.right, node);
      tree.right = right;
      if (right.priority > tree.priority) {
        tree.right = right.left;
        right.left = tree;
        update(tree);
        return update(right);
      }
    }
    return update(tree);
  }

  private static @Nullable Node delete(@Nullable Node tree, Node node) {
    if (tree == null) {
      return null;
    }
    if (tree == node) {
      return join(tree.left, tree.right);
    }
    if (order(node.range, tree.range) < 0) {
      tree.left = delete(tree.left, node);
    } else {
      tree.right = delete(tree.right, node);
    }
    return update(tree);
  }

  private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    if (left.priority > right.priority) {
      left.right = join(left.right, right);
      return update(left);
    }
    right.left = join(left, right.left);
    return update(right);
  }

  private static Node update(Node node) {
    node.highestEnd = node.range.to();
    for (Node child : new Node[] {node.left, node.right}) {
      if (child != null && node.highestEnd != null) {
        ByteString end = child.highestEnd;
        if (end == null || KeyRange.compare(end, node.highestEnd) > 0) {
          node.highestEnd = end;
        }
      }
    }
    return node;
  }

  /** Orders ranges by start, then by end; no upper bound comes last. */
  private static int order(KeyRange left, KeyRange right) {
    int byStart = KeyRange.compare(left.from(), right.from());
    if (byStart != 0) {
      return byStart;
    }
    ByteString leftEnd = left.to();
    ByteString rightEnd = right.to();
    if (leftEnd == null || rightEnd == null) {
      return Boolean.compare(leftEnd == null, rightEnd == null);
    }
    return KeyRange.compare(leftEnd, rightEnd);
  }
}
