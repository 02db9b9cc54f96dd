package io.metastore.adapter.etcd;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The permitted dependencies of the adapter. */
final class AdapterRulesTest {
  private static final JavaClasses ADAPTER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.metastore.adapter");

  @Test
  void adapterUsesOnlyTheCoresApiPackages() {
    assertThat(ADAPTER.contain(KvService.class)).isTrue();
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.metastore.core..")
                .and(not(resideInAnyPackage("io.metastore.core.api", "io.metastore.core.command"))))
        .because("adapters see core.api and core.command only")
        .check(ADAPTER);
  }

  @Test
  void adapterDoesNotDependOnRatisOrRocksDb() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.ratis..", "org.rocksdb..")
        .because("the engines are the core's business")
        .check(ADAPTER);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.metastore.adapter.(**)").should().beFreeOfCycles().check(ADAPTER);
  }
}
