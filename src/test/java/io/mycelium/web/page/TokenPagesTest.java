package io.mycelium.web.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The landing page and the demos where a token is required. */
class TokenPagesTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private final Tokens tokens = new Tokens();
  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.builder().authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
  }

  @AfterEach
  void stopNode() {
    node.close();
    tokens.close();
  }

  @ParameterizedTest
  @EnumSource
  void theLandingPageSaysThatATokenIsNeededAndTakesOne(View view) {
    Window window = chromium.open(node.port(), "/", view).expect("401");
    Page page = window.page();
    assertThat(page.getByText("This server asks for a token.")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("landing-token");
    page.getByRole(AriaRole.TEXTBOX).fill("no.to.ken");
    page.getByRole(AriaRole.TEXTBOX).press("Enter");
    assertThat(page.getByText("is not valid, or no longer")).isVisible();
    page.getByRole(AriaRole.TEXTBOX)
        .fill(tokens.token("{'sub':'ada','instances':['*'],'scope':'instances:read'}"));
    page.getByRole(AriaRole.TEXTBOX).press("Enter");
    assertThat(page.getByText("0 connected")).hasCount(1);
    assertThat(page.getByRole(AriaRole.TEXTBOX)).hasCount(0);
  }

  @ParameterizedTest
  @EnumSource
  void aDemoAsksForAToken(View view) {
    Window window = chromium.open(node.port(), "/demo/chat", view).expect("401");
    assertThat(window.page().getByText("A token is needed")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("demo-token");
  }

  @Test
  void aDemoTakesItsUserFromTheTokenInTheFragmentWhichLeavesTheAddress() {
    String token = tokens.token("{'sub':'zoë','instances':['chat']}");
    // It may not list instances, which the page asks for first.
    Window window =
        chromium.open(node.port(), "/demo/chat#token=" + token, View.DESKTOP_LIGHT).expect("403");
    Page page = window.page();
    assertThat(page.getByText("zoë (you)")).isVisible();
    assertThat(page.url()).doesNotContain(token);
    page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).fill("hi");
    page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).press("Enter");
    assertThat(page.getByRole(AriaRole.LOG)).containsText("hi");
  }
}
