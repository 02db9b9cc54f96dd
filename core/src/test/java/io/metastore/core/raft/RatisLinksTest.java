package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The module "ratis" packs Ratis without its copies of gRPC, Netty, protobuf and Guava, and without
 * the classes that core replaces. A newer version of any of them may lack what Ratis calls.
 */
class RatisLinksTest {
  private static final Pattern CHECKED =
      Pattern.compile("(org\\.apache\\.ratis|io\\.grpc|io\\.netty|com\\.google)\\..*");

  @Test
  void everythingThatRatisCallsExists() {
    JavaClasses ratis = new ClassFileImporter().importPackages("org.apache.ratis");
    assertThat(ratis).as("classes of Ratis").hasSizeGreaterThan(500);

    List<String> missing =
        ratis.stream()
            .map(JavaClass::getAccessesFromSelf)
            .flatMap(Collection::stream)
            .map(JavaAccess::getTarget)
            .filter(target -> CHECKED.matcher(target.getOwner().getName()).matches())
            .filter(target -> target.resolveMember().isEmpty())
            .map(AccessTarget::getFullName)
            .distinct()
            .sorted()
            .toList();
    assertThat(missing).isEmpty();
  }

  /** Otherwise the order of the class path would decide whether ours or Ratis' is used. */
  @Test
  void ourClassesInPackagesOfRatisAreThereOnce() throws Exception {
    Path ours = Path.of(RaftNode.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> files;
    try (Stream<Path> paths = Files.walk(ours.resolve("org/apache/ratis"))) {
      files =
          paths
              .map(path -> ours.relativize(path).toString())
              .filter(path -> path.endsWith(".class") && !path.endsWith("package-info.class"))
              .toList();
    }
    assertThat(files).contains("org/apache/ratis/server/impl/ServerImplUtils.class");
    for (String file : files) {
      assertThat(Collections.list(getClass().getClassLoader().getResources(file)))
          .as(file)
          .hasSize(1);
    }
  }
}
