package io.mycelium.web.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.DemoNode;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LandingPageTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private static ServerProcess node;

  /** Of the one test that wants another node than the rest. */
  private ServerProcess bare;

  @BeforeAll
  static void startNode() {
    node = DemoNode.start();
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  @AfterEach
  void stopTheOther() {
    if (bare != null) {
      bare.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void itIsAccessibleAndFitsTheWindow(View view) {
    Window window = chromium.open(node.port(), "/", view);
    assertThat(window.page()).hasTitle("Mycelium");
    assertThat(window.page().getByText("0 connected")).hasCount(4);
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("landing");
  }

  @Test
  void eachOfItsLinksLeadsSomewhere() {
    Page page = chromium.open(node.port(), "/", View.DESKTOP_LIGHT).page();
    List<String> links =
        page.locator("a").all().stream().map(link -> link.getAttribute("href")).distinct().toList();
    assertThat(links)
        .contains("/demo/chat", "/demo/draw", "/demo/move", "/demo/four-in-a-row", "/console")
        .contains("/docs", "/health/ready", "/openapi.yaml", "/client/mycelium.js")
        .allMatch(link -> link.startsWith("/"));
    for (String link : links) {
      APIResponse answer = page.request().get("http://127.0.0.1:" + node.port() + link);
      assertThat(answer.status()).as(link).isEqualTo(200);
      assertThat(answer.headers().get("content-security-policy"))
          .as(link)
          .startsWith("default-src 'self';")
          .doesNotContain("unsafe", "http", "*");
    }
  }

  @Test
  void withoutTheDemoItOffersToCreateTheInstances() {
    bare = DemoNode.start(0);
    Window window = chromium.open(bare.port(), "/", View.DESKTOP_LIGHT);
    Locator create =
        window.page().getByRole(com.microsoft.playwright.options.AriaRole.BUTTON).first();
    assertThat(create).hasText("Create them");
    window.isAccessible();
    window.screenshot("landing-without-demo");
    create.click();
    assertThat(window.page().getByText("0 connected")).hasCount(4);
    assertThat(create).isHidden();
  }

  @Test
  void withoutThePlugInItSaysSoAndAsksForNothingThatIsNotThere() {
    bare = DemoNode.withoutPlugins("--demo");
    Window window = chromium.open(bare.port(), "/", View.DESKTOP_LIGHT);
    assertThat(window.page().getByText("0 connected")).hasCount(3);
    assertThat(window.page().getByText("plug-in not loaded")).hasCount(1);
    assertThat(window.page().locator("#missing")).isHidden();
    assertThat(window.faults()).isEmpty();
  }

  @Test
  void theCommandThatItShowsCreatesAnInstance() {
    Page page = chromium.open(node.port(), "/", View.DESKTOP_LIGHT).page();
    String command = page.locator("#curl").textContent();
    assertThat(command).contains("127.0.0.1:" + node.port() + "/api/v1/instances");
    String body = command.substring(command.indexOf("-d '") + 4, command.lastIndexOf('\''));
    Object status =
        page.evaluate(
            "body => fetch('/api/v1/instances', {method: 'POST', body,"
                + " headers: {'Content-Type': 'application/json'}}).then(r => r.status)",
            body);
    assertThat(status).isEqualTo(201);
  }

  @Test
  void thePolicyOfThePagesIsStrictAndTheyAreRevalidated() {
    Window window = chromium.open(node.port(), "/", View.DESKTOP_LIGHT);
    Response first = window.page().reload();
    Map<String, String> headers = first.headers();
    assertThat(headers.get("content-security-policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers)
        .containsEntry("x-content-type-options", "nosniff")
        .containsEntry("referrer-policy", "no-referrer")
        .containsEntry("cache-control", "no-cache");
    assertThat(headers.get("etag")).startsWith("W/\"");
    window.page().evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x:y>')");
    window
        .page()
        .evaluate(
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
                + " document.body.append(s)");
    assertThat(window.page().evaluate("window.ran")).isNull();
    assertThat(String.join("\n", window.faults())).contains("Content Security Policy");
    window.expect("Content Security Policy|x:y");
  }
}
