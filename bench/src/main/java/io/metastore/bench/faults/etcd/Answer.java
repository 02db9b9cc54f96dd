package io.metastore.bench.faults.etcd;

import java.util.HashMap;
import java.util.Map;

/**
 * The answer to a {@link Request}.
 *
 * @param succeeded whether the condition held
 * @param before the values of the request's keys before it; missing keys have none
 * @param revision the store's revision, which is the request's own if it changed something
 */
record Answer(boolean succeeded, Map<String, String> before, long revision) {
  Answer {
    before = new HashMap<>(before);
  }
}
