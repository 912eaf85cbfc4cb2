package io.mycelium;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** The table of packages in ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.mycelium", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule importsAreAcyclic =
      slices().matching("io.mycelium.(*)..").should().beFreeOfCycles();

  @ArchTest static final ArchRule protocol = mayImport("protocol", Set.of());

  @ArchTest static final ArchRule presence = mayImport("presence", Set.of());

  @ArchTest static final ArchRule ops = mayImport("ops", Set.of());

  @ArchTest static final ArchRule journal = mayImport("journal", Set.of("protocol"));

  @ArchTest static final ArchRule bus = mayImport("bus", Set.of("protocol"));

  @ArchTest
  static final ArchRule instance =
      mayImport("instance", Set.of("room", "bus", "protocol", "presence", "journal", "ops"));

  @ArchTest
  static final ArchRule connection = mayImport("connection", Set.of("bus", "protocol", "ops"));

  @ArchTest static final ArchRule access = mayImport("access", Set.of("protocol"));

  @ArchTest
  static final ArchRule web =
      mayImport("web", Set.of("access", "connection", "bus", "protocol", "ops"));

  @ArchTest static final ArchRule console = mayImport("console", Set.of("bus", "protocol", "ops"));

  @ArchTest
  static final ArchRule builtInTypesUseTheSpiOnly =
      classes()
          .that()
          .resideInAPackage("io.mycelium.room.types")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.mycelium.room.types",
              "io.mycelium.room.spi",
              "io.mycelium.journal",
              "io.mycelium.protocol",
              "com.fasterxml.jackson..",
              "org.pcollections..",
              "java..");

  private static ArchRule mayImport(String owner, Set<String> allowed) {
    return classes()
        .that()
        .resideInAPackage("io.mycelium." + owner + "..")
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideOutsideOfPackage("io.mycelium..")
                .or(JavaClass.Predicates.resideInAPackage("io.mycelium." + owner + ".."))
                .or(
                    JavaClass.Predicates.resideInAnyPackage(
                        allowed.stream()
                            .map(name -> "io.mycelium." + name + "..")
                            .toArray(String[]::new))));
  }
}
