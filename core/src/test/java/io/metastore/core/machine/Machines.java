package io.metastore.core.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Opens machines for a test; after the test, checks the invariants of each and closes it. */
public final class Machines implements AfterEachCallback {
  private final List<TestMachine> opened = new ArrayList<>();

  public TestMachine open() {
    return open(1 << 20);
  }

  TestMachine open(long responseBytesMax) {
    try {
      TestMachine machine = new TestMachine(Files.createTempDirectory("machine"), responseBytesMax);
      opened.add(machine);
      return machine;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent() && context.getDisplayName().contains("seed")) {
      // Surefire's console shows only the number of a case; the seed is needed to replay it.
      System.err.println("failed with " + context.getDisplayName());
    }
    try {
      // A failed test has already reported its reason.
      if (context.getExecutionException().isEmpty()) {
        for (TestMachine machine : opened) {
          StoreInvariants.check(machine.storage());
        }
      }
    } finally {
      opened.forEach(TestMachine::close);
      opened.clear();
    }
  }
}
