package io.mycelium.web.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.LoadState;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.DemoNode;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two windows see each other in each of the demos. */
class DemosTest {
  /** Where ada is in each of some frames, until she comes to the right edge. */
  private static final String PLACES_ON_THE_WAY =
      """
      async () => {
        const dot = document.querySelector('[data-user=ada]'), edge = document.getElementById('field').clientWidth * 0.97;
        const places = [];
        for (let frame = 0; frame < 45; frame++) {
          await new Promise(requestAnimationFrame);
          const {m41: x} = new DOMMatrix(getComputedStyle(dot).transform);
          if (x < edge) places.push(x);
        }
        return places;
      }
      """;

  @RegisterExtension final Chromium chromium = new Chromium();

  private static ServerProcess node;

  @BeforeAll
  static void startNode() {
    node = DemoNode.start();
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  /** As the node was right after its start. */
  @BeforeEach
  void makeTheInstancesAnew() throws IOException {
    try (InputStream specs = DemosTest.class.getResourceAsStream("/web/demo/instances.json")) {
      JsonObject all = new JsonObject(Buffer.buffer(specs.readAllBytes()));
      for (Object spec : all.getJsonArray("instances")) {
        node.request("DELETE", "/instances/" + ((JsonObject) spec).getString("id"), null);
        node.request("POST", "/instances", spec.toString());
      }
    }
  }

  private Window open(String demo, String user) {
    return open(demo, user, View.DESKTOP_LIGHT);
  }

  private Window open(String demo, String user, View view) {
    // Chromium's advice about the pixels that this test reads, see ink.
    return chromium
        .open(node.port(), "/demo/" + demo + "?user=" + user, view)
        .expect("willReadFrequently");
  }

  private static void say(Page page, String text) {
    page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).fill(text);
    page.keyboard().press("Enter");
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private static void looksRight(Window window, String name) {
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot(name);
  }

  @ParameterizedTest
  @EnumSource
  void twoChat(View view) {
    Window ada = open("chat", "ada");
    Window bob = open("chat", "bob", view);
    Locator people = ada.page().getByLabel("People here");
    assertThat(people).containsText("bob");
    say(ada.page(), "The build is green again.");
    say(bob.page(), "Nice. Then I draw the new board, who joins?");
    say(ada.page(), "Me, in five minutes.");
    Locator messages = bob.page().locator("#messages li");
    assertThat(messages).hasCount(3);
    assertThat(messages.nth(0)).containsText("The build is green again.");
    assertThat(bob.page().locator("#pending li")).hasCount(0);
    assertThat(ada.page().locator("#messages li")).hasCount(3);
    looksRight(bob, "chat");
    bob.page().reload();
    assertThat(bob.page().locator("#messages li")).hasCount(3);
    assertThat(bob.page().getByLabel("People here")).containsText("bob (you)");
  }

  @Test
  void roomsOfTheChatAreApart() {
    Page page = open("chat", "ada").page();
    assertThat(page.getByLabel("People here")).containsText("ada");
    say(page, "in general");
    assertThat(page.locator("#messages li")).hasCount(1);
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("random")).click();
    assertThat(page.locator("#room")).hasText("random");
    say(page, "in random");
    assertThat(page.locator("#messages")).containsText("in random");
    assertThat(page.locator("#messages li")).hasCount(1);
    page.goBack();
    assertThat(page.locator("#messages")).containsText("in general");
  }

  @Test
  void earlierMessagesComeAsOneScrollsUp() {
    Page page = open("chat", "ada").page();
    assertThat(page.getByLabel("People here")).containsText("ada");
    page.evaluate(
        "async () => { for (let i = 1; i <= 130; i++) await fetch("
            + "'/api/v1/instances/chat/rooms/general/messages', {method: 'POST',"
            + " headers: {'Content-Type': 'application/json'},"
            + " body: JSON.stringify({payload: {text: `message ${i}`}, user: 'ci'})}); }");
    page.reload();
    Locator messages = page.locator("#messages li");
    assertThat(messages).hasCount(100);
    assertThat(messages.first()).containsText("message 31");
    page.locator("#scroll").evaluate("scroll => { scroll.scrollTop = 0; }");
    assertThat(messages).hasCount(130);
    assertThat(messages.first()).containsText("message 1");
    assertThat(button(page, "Earlier messages")).isHidden();
  }

  /** How many pixels of the board have ink. */
  private static int ink(Page page) {
    return (int)
        page.evaluate(
            "() => { const c = document.getElementById('canvas'); return"
                + " c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) =>"
                + " i % 4 === 3 && v).length; }");
  }

  private static void drawAWave(Page page, double from) {
    BoundingBox box = page.locator("#canvas").boundingBox();
    Mouse mouse = page.mouse();
    for (int i = 0; i <= 60; i++) {
      double x = box.x + box.width * (0.1 + 0.8 * i / 60);
      mouse.move(x, box.y + box.height * (from + 0.15 * Math.sin(i / 5.0)));
      if (i == 0) {
        mouse.down();
      }
    }
    mouse.up();
  }

  @ParameterizedTest
  @EnumSource
  void twoDrawAndALateJoinerSeesThePicture(View view) {
    Page ada = open("draw", "ada").page();
    Page bob = open("draw", "bob").page();
    assertThat(ada.getByLabel("People here")).containsText("bob");
    ada.getByLabel("blue").check();
    drawAWave(ada, 0.3);
    bob.getByLabel("orange").check();
    bob.getByLabel("Width").fill("16");
    drawAWave(bob, 0.6);
    ada.waitForCondition(() -> ink(ada) > 0 && ink(ada) == ink(bob));
    Window cleo = open("draw", "cleo", view);
    cleo.page().waitForCondition(() -> ink(cleo.page()) > 1000);
    looksRight(cleo, "draw");
    button(ada, "Clear").click();
    for (Page page : new Page[] {ada, bob, cleo.page()}) {
      page.waitForCondition(() -> ink(page) == 0);
    }
  }

  @Test
  void theKeyboardDraws() {
    Page ada = open("draw", "ada").page();
    Page bob = open("draw", "bob").page();
    assertThat(ada.getByLabel("People here")).containsText("bob");
    ada.locator("#canvas").focus();
    for (String key : new String[] {"Space", "ArrowRight", "ArrowRight", "ArrowDown", "Space"}) {
      ada.keyboard().press(key);
    }
    bob.waitForCondition(() -> ink(bob) > 0);
  }

  @ParameterizedTest
  @EnumSource
  void twoMove(View view) {
    Page ada = open("move", "ada").page();
    Window bob = open("move", "bob", view);
    Locator dot = bob.page().locator("[data-user=ada]");
    assertThat(dot).isVisible();
    BoundingBox field = ada.locator("#field").boundingBox();
    ada.mouse().move(field.x + field.width * 0.9, field.y + field.height * 0.2);
    Locator bobs = bob.page().locator("#field");
    double wanted = bobs.boundingBox().width * 0.9;
    bob.page()
        .waitForCondition(
            () -> {
              BoundingBox at = dot.boundingBox();
              double x = at.x + at.width / 2 - bobs.boundingBox().x;
              return Math.abs(x - wanted) < 8;
            });
    looksRight(bob, "move");
    ada.context().close();
    assertThat(dot).hasCount(0);
  }

  @Test
  @Quiet
  void aMoveIsSmoothBetweenItsUpdates() {
    Page ada = open("move", "ada").page();
    Page bob = open("move", "bob").page();
    Locator dot = bob.locator("[data-user=ada]");
    assertThat(dot).isVisible();
    BoundingBox field = ada.locator("#field").boundingBox();
    ada.mouse().move(field.x + 10, field.y + field.height / 2);
    bob.waitForCondition(() -> dot.boundingBox().x < field.x + field.width / 20);
    ada.locator("#field").focus();
    ada.keyboard().down("ArrowRight");
    bob.waitForCondition(() -> dot.boundingBox().x > field.x + field.width / 10);
    List<?> places = (List<?>) bob.evaluate(PLACES_ON_THE_WAY);
    ada.keyboard().up("ArrowRight");
    assertThat(places).hasSizeGreaterThan(5);
    // With 20 updates in a second and 60 frames only a third would differ.
    assertThat(new HashSet<>(places)).hasSizeGreaterThan(places.size() * 6 / 10);
  }

  @Test
  void theKeyboardMoves() {
    Page ada = open("move", "ada").page();
    Page bob = open("move", "bob").page();
    Locator dot = bob.locator("[data-user=ada]");
    assertThat(dot).isVisible();
    double before = dot.boundingBox().x;
    ada.locator("#field").focus();
    ada.keyboard().down("ArrowRight");
    bob.waitForCondition(() -> dot.boundingBox().x > before + 40);
    ada.keyboard().up("ArrowRight");
  }

  @ParameterizedTest
  @EnumSource
  void twoPlayFourInARow(View view) {
    Page ada = open("four-in-a-row", "ada").page();
    Window bob = open("four-in-a-row", "bob", view);
    button(ada, "Play red").click();
    assertThat(ada.locator("#said")).containsText("Waiting for a second player");
    button(bob.page(), "Play yellow").click();
    for (int i = 0; i < 3; i++) {
      assertThat(ada.locator("#said")).hasText("Your turn, red");
      button(ada, "Column 4").click();
      assertThat(bob.page().locator("#said")).hasText("Your turn, yellow");
      button(bob.page(), "Column " + (3 + i % 2 * 2)).click();
    }
    assertThat(ada.locator("#said")).hasText("Your turn, red");
    ada.getByLabel("Column 4").focus();
    ada.keyboard().press("Enter");
    assertThat(ada.locator("#said")).hasText("You win");
    assertThat(bob.page().locator("#said")).hasText("ada (red) wins");
    assertThat(bob.page().locator(".won")).hasCount(4);
    looksRight(bob, "four-in-a-row");
    button(ada, "Play again").click();
    button(bob.page(), "Play again").click();
    assertThat(bob.page().locator(".won")).hasCount(0);
  }

  @Test
  void aRestartOfTheServerHeals() {
    Window ada = open("chat", "ada").expect("WebSocket connection|ERR_CONNECTION_REFUSED");
    Page page = ada.page();
    assertThat(page.getByLabel("People here")).containsText("ada");
    say(page, "before");
    assertThat(page.locator("#messages li")).hasCount(1);
    assertThat(page.locator("#banner")).isHidden();
    node.kill();
    assertThat(page.locator("#banner")).containsText("Connection lost");
    say(page, "said while the server was away");
    assertThat(page.locator("#pending li")).hasCount(1);
    ada.screenshot("chat-reconnecting");
    node.launch();
    // The page may wait some seconds before it tries again.
    assertThat(page.locator("#banner")).isHidden(new IsHiddenOptions().setTimeout(30_000));
    assertThat(page.locator("#messages")).containsText("said while the server was away");
    assertThat(page.locator("#pending li")).hasCount(0);
  }

  @Test
  void aDemoWithoutItsInstanceOffersToCreateIt() {
    node.request("DELETE", "/instances/draw", null);
    Window ada = open("draw", "ada");
    ada.isAccessible();
    ada.screenshot("draw-without-instance");
    button(ada.page(), "Create it").click();
    assertThat(ada.page().getByLabel("People here")).containsText("ada (you)");
  }

  @Test
  void aDemoWithoutItsPlugInSaysWhatIsMissing() {
    try (ServerProcess bare = DemoNode.withoutPlugins("--demo")) {
      Window ada = chromium.open(bare.port(), "/demo/four-in-a-row?user=ada", View.DESKTOP_LIGHT);
      assertThat(ada.page().getByRole(AriaRole.DIALOG)).containsText("plug-in");
      assertThat(button(ada.page(), "Create it")).hasCount(0);
      looksRight(ada, "four-in-a-row-without-plug-in");
      ada.page().getByText("All demos").click();
      assertThat(ada.page().getByText("plug-in not loaded")).hasCount(1);
      // What the page still loads would fail with the node.
      ada.page().waitForLoadState(LoadState.NETWORKIDLE);
      assertThat(ada.faults()).isEmpty();
    }
  }
}
