package io.mycelium;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The table of packages in ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.mycelium", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.mycelium";
  private static final int MOST_FILES = 35;

  /** Each package but the root and {@code config}, and what it may import of ours. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("protocol", Set.of()),
          Map.entry("presence", Set.of()),
          Map.entry("ops", Set.of()),
          Map.entry("journal", Set.of("protocol")),
          Map.entry("journal.jdbc", Set.of("journal", "protocol")),
          Map.entry("journal.memory", Set.of("journal", "protocol")),
          Map.entry("bus", Set.of("protocol")),
          Map.entry("room.spi", Set.of("journal", "protocol")),
          Map.entry("room.types", Set.of("room.spi", "journal", "protocol")),
          Map.entry(
              "room", Set.of("room.spi", "room.types", "bus", "journal", "presence", "protocol")),
          Map.entry("instance.thread", Set.of()),
          Map.entry(
              "instance",
              Set.of(
                  "instance.thread",
                  "room",
                  "room.spi",
                  "bus",
                  "journal",
                  "presence",
                  "protocol",
                  "ops")),
          Map.entry(
              "deployer",
              Set.of(
                  "instance",
                  "instance.thread",
                  "room",
                  "room.spi",
                  "bus",
                  "journal",
                  "protocol",
                  "ops")),
          Map.entry("cluster.placement", Set.of("journal")),
          Map.entry("cluster", Set.of("cluster.placement", "bus", "journal", "protocol", "ops")),
          Map.entry("access", Set.of("protocol")),
          Map.entry("access.token", Set.of("access", "protocol")),
          Map.entry("limits", Set.of("access", "protocol")),
          Map.entry("connection", Set.of("access", "limits", "bus", "protocol", "ops")),
          Map.entry("web.page", Set.of("protocol")),
          Map.entry("web.rest", Set.of("web.page", "access", "bus", "protocol", "ops")),
          Map.entry("web.socket", Set.of("access", "connection", "protocol", "ops")),
          Map.entry(
              "web",
              Set.of(
                  "web.page",
                  "web.rest",
                  "web.socket",
                  "access",
                  "limits",
                  "connection",
                  "bus",
                  "protocol",
                  "ops")),
          Map.entry("bench", Set.of("protocol", "ops")),
          Map.entry("console", Set.of("access", "bus", "protocol", "ops")),
          Map.entry(
              "doctor",
              Set.of(
                  "config",
                  "access",
                  "access.token",
                  "cluster",
                  "journal",
                  "journal.jdbc",
                  "ops",
                  "protocol",
                  "web")));

  @ArchTest
  static void packagesAreFreeOfCycles(JavaClasses all) {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(all);
  }

  @ArchTest
  static void eachPackageImportsWhatItMay(JavaClasses all) {
    MAY_IMPORT.forEach(
        (owner, allowed) ->
            classes()
                .that()
                .resideInAPackage(ROOT + "." + owner)
                .should()
                .onlyDependOnClassesThat(
                    resideOutsideOfPackage(ROOT + "..")
                        .or(
                            resideInAnyPackage(
                                Stream.concat(Stream.of(owner), allowed.stream())
                                    .map(name -> ROOT + "." + name)
                                    .toArray(String[]::new))))
                .check(all));
  }

  @ArchTest
  static void everyPackageIsInTheTable(JavaClasses all) {
    Set<String> known = new TreeSet<>(Set.of(ROOT, ROOT + ".config"));
    MAY_IMPORT.keySet().forEach(name -> known.add(ROOT + "." + name));

    assertThat(all.that(alwaysTrue())).extracting(JavaClass::getPackageName).isSubsetOf(known);
  }

  @ArchTest
  static void noPackageHasMoreFilesThanOneCanSurvey(JavaClasses all) {
    Map<String, Long> files =
        all.stream()
            .filter(JavaClass::isTopLevelClass)
            .collect(groupingBy(JavaClass::getPackageName, TreeMap::new, counting()));

    assertThat(files)
        .allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(MOST_FILES));
  }

  /** It passes scopes over in every Vert.x 5.0 (CVE-2026-102460); Permissions decides alone. */
  @ArchTest
  static void nobodyChainsAuthenticationHandlers(JavaClasses all) {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.vertx.ext.web.handler.ChainAuthHandler")
        .check(all);
  }

  @ArchTest
  static void builtInTypesUseTheSpiOnly(JavaClasses all) {
    classes()
        .that()
        .resideInAPackage(ROOT + ".room.types")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".room.types",
            ROOT + ".room.spi",
            ROOT + ".journal",
            ROOT + ".protocol",
            "com.fasterxml.jackson..",
            "org.pcollections..",
            "java..")
        .check(all);
  }
}
