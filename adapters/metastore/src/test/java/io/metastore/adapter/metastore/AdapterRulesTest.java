package io.metastore.adapter.metastore;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The permitted dependencies of the adapter and of the code that it shares with others. */
final class AdapterRulesTest {
  private static final JavaClasses ADAPTER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.metastore.adapter");

  @Test
  void adapterUsesOnlyTheCoresApiPackages() {
    assertThat(ADAPTER.contain(KeyValueService.class)).isTrue();
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.metastore.core..")
                .and(not(resideInAnyPackage("io.metastore.core.api", "io.metastore.core.command"))))
        .because("adapters may use only core.api and core.command")
        .check(ADAPTER);
  }

  @Test
  void adapterDoesNotDependOnRatisOrRocksDb() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.ratis..", "org.rocksdb..")
        .because("only the core may use Ratis and RocksDB")
        .check(ADAPTER);
  }

  @Test
  void sharedCodeDoesNotDependOnAProtocol() {
    noClasses()
        .that()
        .resideInAPackage("io.metastore.adapter.grpc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.metastore.api..", "io.metastore.adapter.metastore..")
        .because("adapters must not depend on each other, not even through shared code")
        .check(ADAPTER);
  }
}
