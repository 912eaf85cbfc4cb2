package io.mycelium.journal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;

/**
 * Leases and claims are on the database's clock: nothing here asks a node's own, which may be an
 * hour off.
 */
@AnalyzeClasses(
    packages = "io.mycelium.journal",
    importOptions = ImportOption.DoNotIncludeTests.class)
class JournalClockTest {
  @ArchTest
  static void noStoreReadsTheClockOfItsNode(JavaClasses all) {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Date.class)
        .check(all);
  }
}
