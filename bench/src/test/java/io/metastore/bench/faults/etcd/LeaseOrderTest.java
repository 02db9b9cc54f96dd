package io.metastore.bench.faults.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.faults.etcd.Journal.Promise;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseOrderTest {
  private static final String A = LeaseHolder.PREFIX + "7/a";
  private static final String B = LeaseHolder.PREFIX + "7/b";
  private static final Promise UNTIL_10 = new Promise(10_000_000, false);

  @Test
  void leaseThatEndsAfterItsTimeWithAllKeysIsRight() {
    assertThat(violations(List.of(put(2, A), put(3, B), delete(4, A), delete(4, B)), 11, UNTIL_10))
        .isEmpty();
  }

  @Test
  void leaseThatEndsBeforeItsTimeIsFound() {
    assertThat(violations(List.of(put(2, A), delete(4, A)), 9, UNTIL_10))
        .singleElement()
        .asString()
        .contains("early");
  }

  @Test
  void revokedLeaseMayEndAtAnyTime() {
    Promise revoked = new Promise(10_000_000, true);
    assertThat(violations(List.of(put(2, A), delete(4, A)), 9, revoked)).isEmpty();
  }

  @Test
  void keyThatOutlivesItsLeaseIsFound() {
    assertThat(violations(List.of(put(2, A), put(3, B), delete(4, A)), 11, UNTIL_10))
        .singleElement()
        .asString()
        .contains("only some keys");
  }

  @Test
  void keyThatIsPutAfterTheEndIsFound() {
    assertThat(violations(List.of(put(2, A), delete(4, A), put(5, B)), 11, UNTIL_10))
        .singleElement()
        .asString()
        .contains("had ended");
  }

  /**
   * @param endMs when the changes of revision 4 arrived
   */
  private static List<String> violations(List<Change> changes, long endMs, Promise promise) {
    return LeaseOrder.violations(changes, Map.of(4L, endMs * 1_000_000), Map.of(7L, promise));
  }

  private static Change put(long revision, String key) {
    return new Change(revision, key, "", revision, 1, 7);
  }

  private static Change delete(long revision, String key) {
    return new Change(revision, key, null, 0, 0, 0);
  }
}
