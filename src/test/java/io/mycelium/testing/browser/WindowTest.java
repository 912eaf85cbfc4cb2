package io.mycelium.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import io.mycelium.testing.TestNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The checks that all browser tests rely on find their faults. */
class WindowTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;
  private Window window;
  private Page page;

  @BeforeEach
  void openAPage() {
    node = TestNode.start();
    window = chromium.open(node.port(), "/api/v1/types", View.PHONE_DARK);
    // Chromium asks for one where a page names no icon.
    window.expect("favicon.ico");
    page = window.page();
    leaveThePolicyBehind();
    page.setContent("<!doctype html><html lang=en><title>t</title><main><h1>h</h1></main></html>");
  }

  /** The node's own policy would prevent the faults that this test needs. */
  private void leaveThePolicyBehind() {
    String blank = "http://127.0.0.1:" + node.port() + "/blank";
    page.route(
        blank,
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("text/html")
                    .setBody("<title>t</title>")));
    page.navigate(blank);
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  @Test
  void aSoundPageHasNoFaults() {
    window.isAccessible();
    window.hasNoHorizontalScroll();
    assertThat(window.faults()).isEmpty();
  }

  @Test
  void errorsAndForeignRequestsAreFaults() {
    page.evaluate("console.error('oh no')");
    page.evaluate("setTimeout(() => { throw new Error('thrown'); })");
    page.evaluate("fetch('http://example.com/').catch(() => 0)");
    page.evaluate("new WebSocket('ws://example.com/socket')");
    page.evaluate("fetch('/nothing-here').then(r => r.text())");
    for (String fault :
        List.of(
            "oh no",
            "uncaught: Error: thrown",
            "to the outside: http://example.com/",
            "'ws://example.com/socket'",
            "status 404: http://127.0.0.1:" + node.port() + "/nothing-here")) {
      page.waitForCondition(() -> String.join("\n", window.faults()).contains(fault));
    }
    window.expect("");
  }

  @Test
  void expectedFaultsAreNotCounted() {
    page.evaluate("console.error('the node is away')");
    window.expect("is away");
    assertThat(window.faults()).isEmpty();
  }

  @Test
  void seriousFaultsOfAccessibilityAreFound() {
    page.setContent("<html lang=en><title>t</title><main><h1>h</h1><img src='data:,'></main>");
    assertThatThrownBy(window::isAccessible).hasMessageContaining("image-alt");
  }

  @Test
  void aPageThatIsTooWideIsFound() {
    page.setContent(
        "<meta name=viewport content='width=device-width'><p style='width:2000px'>w</p>");
    assertThatThrownBy(window::hasNoHorizontalScroll).hasMessageContaining("pixels to the right");
  }
}
