package io.metastore.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TableChangesTest {
  private final TableChanges changes = new TableChanges();

  @Test
  void changesArePassedInKeyOrderWithTheirNewestValues() {
    Map<String, String> expected = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      String key = "k" + random.nextInt(300);
      changes.put(bytes(key), bytes("v" + i));
      expected.put(key, "v" + i);
    }

    assertThat(inOrder()).containsExactlyElementsOf(entries(expected));
  }

  @Test
  void theOrderIsThatOfTheChangesSinceTheLastClear() {
    changes.put(bytes("b"), bytes("1"));
    changes.put(bytes("a"), bytes("1"));
    changes.clear();
    changes.put(bytes("a"), bytes("2"));
    changes.put(bytes("c"), bytes("2"));

    assertThat(inOrder()).containsExactly("a=2", "c=2");
  }

  private List<String> inOrder() {
    List<String> seen = new ArrayList<>();
    changes.forEachInOrder((key, value) -> seen.add(text(key) + "=" + text(value)));
    return seen;
  }

  private static List<String> entries(Map<String, String> map) {
    return map.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
