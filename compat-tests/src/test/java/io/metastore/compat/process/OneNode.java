package io.metastore.compat.process;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides tests that ask for a {@link ClusterProcesses} with a shared cluster of one member, to
 * save its start.
 *
 * <p>Such tests use their own keys and do not stop the process.
 */
public final class OneNode implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ClusterProcesses.class;
  }

  /** JUnit closes the objects in its root store after the last test. */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(OneNode.class))
        .getOrComputeIfAbsent(ClusterProcesses.class, type -> start(), ClusterProcesses.class);
  }

  private static ClusterProcesses start() {
    try {
      return ClusterProcesses.one(OneNode.class);
    } catch (Exception e) {
      throw new IllegalStateException("no server to test", e);
    }
  }
}
