package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The console behind its token. */
class ConsoleLogInTest {
  private static final String TOKEN = "correct horse battery";

  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.builder().console(new ConsoleConfig(true, TOKEN)).start();
    node.create("{'id':'chat','type':'accumulative'}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheTokenShowsTheTable(View view) {
    Window window = chromium.open(node.port(), "/console", view).expect("401");
    Page page = window.page();
    assertThat(page.getByLabel("Token")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-login");
    page.getByLabel("Token").fill("something that is wrong");
    page.getByLabel("Token").press("Enter");
    assertThat(page.getByText("That is not the token.")).isVisible();
    page.getByLabel("Token").fill(TOKEN);
    page.getByLabel("Token").press("Enter");
    assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("chat")))
        .isVisible();
    assertThat(page.getByText("Live")).isVisible();
  }
}
