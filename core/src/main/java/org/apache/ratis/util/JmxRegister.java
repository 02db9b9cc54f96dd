package org.apache.ratis.util;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Replaces Ratis' class, which registers a JMX bean for each group: starting Java's bean server for
 * it takes 80 ms of every start. Our metrics and {@code metastore status} say more than the bean.
 */
public class JmxRegister {

  /** Registers nothing. */
  public @Nullable String register(Object bean, Iterable<Supplier<String>> names) {
    return null;
  }

  /** Returns false, because nothing is registered. */
  public boolean unregister() {
    return false;
  }
}
