package io.mycelium.client;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Runs the scenarios of {@code artillery} in Node.js against a node, without Artillery itself: its
 * install is too large for each build.
 */
class ArtilleryTest {
  @Test
  void theScenariosPassWithTheServerAndFailWithWhatBreaksItsPromises()
      throws IOException, InterruptedException {
    try (ScriptedNode scripted = new ScriptedNode()) {
      scripted.run("netty", "artillery.test.mjs", 10);
    }
  }
}
