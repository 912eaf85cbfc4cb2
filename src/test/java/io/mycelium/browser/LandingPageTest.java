package io.mycelium.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import io.mycelium.testing.TestNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LandingPageTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
    node.create("{'id':'move','type':'collaborative'}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void itIsAccessibleAndFitsTheWindow(View view) {
    Window window = chromium.open(node.port(), "/", view);
    assertThat(window.page()).hasTitle("Mycelium");
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("landing");
  }
}
