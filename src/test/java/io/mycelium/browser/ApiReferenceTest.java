package io.mycelium.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import io.mycelium.testing.TestNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ApiReferenceTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.start();
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void itShowsEachOperationOfTheContract(View view) {
    Window window = chromium.open(node.port(), "/docs", view);
    assertThat(window.page().getByText("/instances/{id}/restart")).isVisible();
    window.hasNoHorizontalScroll();
    window.screenshot("docs");
  }

  @Test
  void anOperationCanBeTriedOut() {
    Window window = chromium.open(node.port(), "/docs", View.DESKTOP_LIGHT);
    window.page().locator("[id$=listTypes] button").first().click();
    window.page().getByText("Execute").click();
    assertThat(window.page().locator(".live-responses-table")).containsText("accumulative");
  }
}
