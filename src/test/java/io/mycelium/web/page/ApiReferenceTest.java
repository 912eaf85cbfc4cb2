package io.mycelium.web.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ApiReferenceTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private static TestNode node;

  @BeforeAll
  static void startNode() {
    node = TestNode.start();
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void itShowsEachOperationOfTheContract(View view) {
    int operations = operations();
    Window window = chromium.open(node.port(), "/docs", view);
    assertThat(window.page().locator(".opblock")).hasCount(operations);
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("docs");
    for (String operation : new String[] {"createInstance", "listInstances", "getState"}) {
      window.page().locator("[id$=" + operation + "] .opblock-summary-control").click();
    }
    assertThat(window.page().getByLabel("Request body")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("docs-open");
  }

  @Test
  void anOperationOpensFromTheKeyboardAndItsAddressLeadsBackToIt() {
    Window window = chromium.open(node.port(), "/docs", View.DESKTOP_LIGHT);
    window.page().locator("[id$=listTypes] .opblock-summary-control").press("Enter");
    assertThat(window.page()).hasURL(Pattern.compile("#/node/listTypes$"));
    window.page().reload();
    assertThat(window.page().locator("[id$=listTypes] .opblock-body")).isVisible();
  }

  private static int operations() {
    try (InputStream contract = ApiReferenceTest.class.getResourceAsStream("/openapi.yaml")) {
      String text = new String(contract.readAllBytes(), StandardCharsets.UTF_8);
      return text.split("operationId:", -1).length - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anOperationCanBeTriedOut() {
    Window window = chromium.open(node.port(), "/docs", View.DESKTOP_LIGHT);
    window.page().locator("[id$=listTypes] button").first().click();
    window.page().getByText("Execute").click();
    assertThat(window.page().locator(".live-responses-table")).containsText("accumulative");
  }
}
