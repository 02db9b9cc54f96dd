package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Checks a class of ours that takes the place of one of Ratis' by having its name. */
public final class ReplacedClass {
  private ReplacedClass() {}

  /**
   * Our class is the one that gets loaded, and has the methods that Ratis' has. A newer Ratis may
   * ask for more: then our class is to be looked at again.
   *
   * @param ownUse methods that only Ratis' class itself calls
   */
  public static void check(Class<?> ours, String... ownUse) throws Exception {
    String classFile = ours.getName().replace('.', '/') + ".class";
    List<URL> found = Collections.list(ours.getClassLoader().getResources(classFile));

    assertThat(found).as("ours and Ratis'").hasSize(2);
    assertThat(found.get(0).getPath()).doesNotContain("/ratis-");
    Set<String> required = methods(define(ours, found.get(1)));
    required.removeIf(method -> Arrays.stream(ownUse).anyMatch(method::contains));
    assertThat(methods(ours)).containsAll(required);
  }

  private static Set<String> methods(Class<?> type) {
    Set<String> methods = new TreeSet<>();
    for (Method method : type.getDeclaredMethods()) {
      if (!Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic()) {
        methods.add(
            method.getReturnType().getName()
                + ' '
                + method.getName()
                + Arrays.toString(
                    Arrays.stream(method.getParameterTypes()).map(Class::getName).toArray()));
      }
    }
    return methods;
  }

  private static Class<?> define(Class<?> ours, URL classFile) throws Exception {
    try (InputStream in = classFile.openStream()) {
      byte[] bytes = in.readAllBytes();
      return new ClassLoader(ours.getClassLoader()) {
        Class<?> define() {
          return defineClass(ours.getName(), bytes, 0, bytes.length);
        }
      }.define();
    }
  }
}
