package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.access.Identity;
import io.mycelium.access.Revocation;
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

/** The console where tokens are asked for. */
class ConsoleLogInTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private final Tokens tokens = new Tokens();
  private TestNode node;

  @BeforeEach
  void startNode() {
    node =
        TestNode.builder().console(ConsoleConfig.DEFAULT).authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative'}");
  }

  @AfterEach
  void stopNode() {
    node.close();
    tokens.close();
  }

  private String token(String scope) {
    return tokens.token("{'sub':'ada','instances':['*'],'scope':'" + scope + "'}");
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private Page logIn(Window window, String token) {
    Page page = window.page();
    page.getByLabel("Token", new Page.GetByLabelOptions().setExact(true)).fill(token);
    page.getByRole(AriaRole.TEXTBOX).press("Enter");
    return page;
  }

  @ParameterizedTest
  @EnumSource
  void onlyATokenWithTheScopeShowsTheTable(View view) {
    Window window = chromium.open(node.port(), "/console", view).expect("401");
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-login");
    Page page = logIn(window, token("instances:read"));
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("it needs the scope console");
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-login-refused");
    logIn(window, token("console"));
    assertThat(link(page, "chat")).isVisible();
    assertThat(page.getByText("Live")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-logged-in");
    assertThat(page.evaluate("document.cookie")).isEqualTo("");
  }

  @Test
  void whatIsDoneThereIsDoneWithItsTokenAndLogOutEndsIt() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).expect("401");
    Page page = logIn(window, token("admin"));
    assertThat(link(page, "chat")).isVisible();
    button(page, "New instance").click();
    create(page);
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    assertThat(node.awaitInstance("made", made -> made != null).getString("id")).isEqualTo("made");
    button(page, "Log out").click();
    assertThat(button(page, "Log in")).isVisible();
  }

  private static void create(Page page) {
    Locator dialog = page.getByRole(AriaRole.DIALOG);
    dialog.getByLabel("Id").fill("made");
    dialog
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Create").setExact(true))
        .click();
  }

  @Test
  void whoMayOnlyLookIsToldSo() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).expect("40[13]");
    Page page = logIn(window, token("console"));
    assertThat(link(page, "chat")).isVisible();
    assertThat(
            page.evaluate(
                "fetch('/api/v1/instances/chat', {method: 'DELETE',"
                    + " headers: {'x-requested-with': 'mycelium'}}).then(a => a.status)"))
        .isEqualTo(403);
    button(page, "New instance").click();
    create(page);
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("it needs the scope instances:create");
  }

  @Test
  void whenTheTokenEndsThePageAsksForAnother() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT);
    window.expect("401|console/feed");
    Page page = logIn(window, token("console"));
    assertThat(page.getByText("Live")).isVisible();
    tokens
        .revocations()
        .add(new Revocation(null, null, "ada", Revocation.ANY_TIME, Identity.NEVER));
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("The token was revoked");
  }
}
