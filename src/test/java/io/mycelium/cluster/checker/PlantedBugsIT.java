package io.mycelium.cluster.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the check is worth: it says nothing of a server that is right, and finds what is wrong. */
class PlantedBugsIT {
  @TempDir Path folder;

  private static List<Violation> violations(
      List<Path> planted, Consumer<Directed> faults, String logs) {
    try (Cluster cluster = Cluster.start(false, planted);
        Directed directed = new Directed(cluster)) {
      try {
        faults.accept(directed);
        directed.compare();
      } finally {
        cluster.writeLogs(Path.of("target", "checker", logs));
      }
      List<Violation> found = directed.ledger().violations();
      found.forEach(each -> Figures.log("%s: %s", logs, each));
      return found;
    }
  }

  private void isFound(Plant plant, Consumer<Directed> faults) {
    List<Path> planted = List.of(plant.compiled(folder));
    assertThat(violations(planted, faults, plant.name()))
        .extracting(Violation::rule)
        .containsAll(plant.breaks);
  }

  @Test
  void aServerThatIsRightPasses() {
    assertThat(
            violations(
                List.of(),
                directed -> {
                  directed.commitOfAnOwnerThatWasPaused();
                  directed.deathOfAnOwnerBeforeItsAnswer();
                },
                "none"))
        .isEmpty();
  }

  @Test
  void fencingThatIsSwitchedOffIsFound() {
    isFound(Plant.NO_FENCING, Directed::commitOfAnOwnerThatWasPaused);
  }

  @Test
  void anAppliedPositionThatIsNotKeptIsFound() {
    isFound(Plant.APPLIED_IS_FORGOTTEN, Directed::deathOfAnOwnerBeforeItsAnswer);
  }

  @Test
  void aGapCheckThatIsSwitchedOffIsFound() {
    isFound(Plant.NO_GAP_CHECK, Directed::deathOfAnOwnerThatSaidNothingOfTwo);
  }
}
