package io.metastore.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.metastore.core.lease.LeaseKeeper;
import io.metastore.core.lock.LockTable;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Random;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.BaseStream;

@AnalyzeClasses(packages = "io.metastore.core", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule ONLY_RAFT_KNOWS_RATIS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.metastore.core.raft..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.ratis..")
          .because("Ratis' defects are guarded in one place, and it must stay replaceable");

  @ArchTest
  static final ArchRule ONLY_STORAGE_KNOWS_ROCKSDB =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.metastore.core.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..")
          .because("native objects are owned and closed in one place");

  @ArchTest
  static final ArchRule CORE_KNOWS_NO_PROTOCOL =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..etcdapi..",
              "io.etcd..",
              "io.metastore.adapter..",
              "io.metastore.server..",
              "org.apache.zookeeper..")
          .because("several protocols share the core; each is translated by its own adapter");

  @ArchTest
  static final ArchRule ONLY_RAFT_KNOWS_GRPC =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.metastore.core.raft..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "io.netty..")
          .because("the core uses it between members only; clients are the adapters' business");

  @ArchTest
  static final ArchRule NO_PACKAGE_CYCLES =
      slices()
          .matching("io.metastore.core.(*)..")
          .should()
          .beFreeOfCycles()
          .because("a package must be understood without those that use it");

  @ArchTest
  static final ArchRule DEPENDENCIES_GO_DOWN =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("node")
          .definedBy("io.metastore.core.node..")
          .layer("raft")
          .definedBy("io.metastore.core.raft..")
          .layer("watch")
          .definedBy("io.metastore.core.watch..")
          .layer("machine")
          .definedBy("io.metastore.core.machine..")
          .layer("tables")
          .definedBy(
              "io.metastore.core.auth..",
              "io.metastore.core.kv..",
              "io.metastore.core.lease..",
              "io.metastore.core.lock..",
              "io.metastore.core.tree..")
          .layer("storage")
          .definedBy("io.metastore.core.storage..")
          .layer("api")
          .definedBy("io.metastore.core.api..", "io.metastore.core.command..")
          .whereLayer("node")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("raft")
          .mayOnlyBeAccessedByLayers("node")
          .whereLayer("watch")
          .mayOnlyBeAccessedByLayers("node")
          .whereLayer("machine")
          .mayOnlyBeAccessedByLayers("node", "watch")
          .whereLayer("tables")
          .mayOnlyBeAccessedByLayers("node", "watch", "machine")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("node", "watch", "machine", "tables")
          .because(
              "the machine must run without Raft in tests, and the tables without the machine");

  /** Code that every replica runs for every entry and that must produce the same bytes. */
  private static final DescribedPredicate<JavaClass> REPLICATED =
      resideInAnyPackage(
              "io.metastore.core.machine..",
              "io.metastore.core.auth..",
              "io.metastore.core.kv..",
              "io.metastore.core.lease..",
              "io.metastore.core.lock..",
              "io.metastore.core.tree..",
              "io.metastore.core.storage..")
          // Runs on the leader only and makes proposals only; its clock is passed in.
          .and(DescribedPredicate.not(belongToAnyOf(LeaseKeeper.class)))
          .as("replicated code");

  @ArchTest
  static final ArchRule REPLICATED_CODE_SEES_NO_CLOCK_CHANCE_OR_ENVIRONMENT =
      noClasses()
          .that(REPLICATED)
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class, String.class)
          .orShould()
          .callMethod(System.class, "identityHashCode", Object.class)
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat(
              belongToAnyOf(
                  Clock.class,
                  Instant.class,
                  Date.class,
                  UUID.class,
                  Random.class,
                  RandomGenerator.class))
          .orShould()
          .dependOnClassesThat(resideInAPackage("java.net.."))
          .because("the same log must give the same bytes on every member; time is in the command");

  @ArchTest
  static final ArchRule REPLICATED_CODE_HAS_NO_HASH_ORDER =
      noClasses()
          .that(REPLICATED)
          // Tests membership in its set of names only; it iterates over sorted tables.
          .and(DescribedPredicate.not(belongToAnyOf(LockTable.class)))
          .should()
          .dependOnClassesThat(
              belongToAnyOf(
                  HashMap.class,
                  HashSet.class,
                  IdentityHashMap.class,
                  WeakHashMap.class,
                  ConcurrentHashMap.class))
          .orShould()
          .callMethod(BaseStream.class, "parallel")
          .because(
              "the order of a hash table may differ between members; use sorted or linked ones");
}
