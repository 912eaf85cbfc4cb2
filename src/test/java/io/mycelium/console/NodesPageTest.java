package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The nodes of a cluster of three, seen and handled by an operator at the first of them. */
class NodesPageTest {
  private static ServerCluster cluster;

  @RegisterExtension final Chromium chromium = new Chromium();

  @BeforeAll
  static void start() {
    cluster = ServerCluster.atRest();
    for (int i = 0; i < 12; i++) {
      cluster.create(0, "room-" + i);
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private Page open(String path) {
    return chromium.open(cluster.node(0).port(), path, View.DESKTOP_LIGHT).page();
  }

  private static Locator card(Page page, int node) {
    Locator name =
        page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(cluster.place(node)));
    return page.locator(".nodes > li").filter(new Locator.FilterOptions().setHas(name));
  }

  private static Locator figure(Locator card, String name) {
    return card.locator("div:has(> dt:text-is('" + name + "')) dd span").first();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator events(Page page) {
    return page.getByRole(AriaRole.LOG, new Page.GetByRoleOptions().setName("Events"))
        .locator("li");
  }

  private static Locator event(Page page, String... words) {
    Locator found = events(page);
    for (String each : words) {
      found = found.filter(new Locator.FilterOptions().setHasText(each));
    }
    return found.first();
  }

  private static Locator owner(Page page, String instance) {
    return page.locator(".owners tbody tr:has(a:text-is('" + instance + "'))");
  }

  private static void inDialog(Page page, String name) {
    page.getByRole(AriaRole.DIALOG)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true))
        .click();
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  @ParameterizedTest
  @EnumSource
  void looksRightInEveryView(View view) {
    cluster.move(0, "room-1", cluster.id(1));
    cluster.move(0, "room-1", cluster.id(2));
    Window window = chromium.open(cluster.node(0).port(), "/console/nodes", view);
    Page page = window.page();
    assertThat(page.getByText("3 nodes")).isVisible();
    assertThat(card(page, 0)).containsText("this node");
    assertThat(page.locator(".nodes .badge:visible:text-is('this node')")).hasCount(1);
    for (int i = 0; i < 3; i++) {
      assertThat(card(page, i)).containsText("serving");
      assertThat(figure(card(page, i), "Lease renewed")).hasText(Pattern.compile("^\\d+ ms ago$"));
      assertThat(figure(card(page, i), "CPU")).hasText(Pattern.compile("^\\d+ %$"));
    }
    assertThat(event(page, "moved", "room-1", cluster.place(1) + " → " + cluster.place(2)))
        .containsText("paused for");
    assertThat(owner(page, "room-1")).containsText(cluster.place(2));
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-nodes");
  }

  @Test
  void aDrainedNodeHandsItsInstancesOverAndTakesThemAgain() {
    cluster.move(0, "room-2", cluster.id(1));
    Page page = open("/console/nodes");
    assertThat(owner(page, "room-2")).containsText(cluster.place(1));
    button(page, "Drain " + cluster.place(1)).click();
    assertThat(page.getByRole(AriaRole.DIALOG)).containsText("its connections stay open");
    page.keyboard().press("Escape");
    assertThat(card(page, 1)).containsText("serving");
    button(page, "Drain " + cluster.place(1)).click();
    inDialog(page, "Drain");
    assertThat(page.getByText("3 nodes, 1 draining")).isVisible();
    assertThat(card(page, 1)).containsText("draining");
    assertThat(figure(card(page, 1), "Instances")).hasText("0");
    assertThat(event(page, "draining", cluster.place(1))).isVisible();
    assertThat(event(page, "moved", "room-2", cluster.place(1) + " →")).isVisible();
    assertThat(owner(page, "room-2")).not().containsText(cluster.place(1));
    assertThat(owner(page, "room-2")).containsText("127.0.0.1:");

    button(page, "Let " + cluster.place(1) + " take instances again").click();
    inDialog(page, "Take again");
    assertThat(card(page, 1)).containsText("serving");
    assertThat(event(page, "serving", cluster.place(1))).isVisible();
    cluster.move(0, "room-2", cluster.id(1));
    assertThat(owner(page, "room-2")).containsText(cluster.place(1));
  }

  @Test
  void anInstanceIsMovedFromItsPageWhileItsSocketsStay() {
    cluster.move(0, "room-3", cluster.id(0));
    Window window =
        chromium.open(cluster.node(0).port(), "/console/instances/room-3", View.DESKTOP_LIGHT);
    Page page = window.page();
    assertThat(page.getByText("on " + cluster.place(0))).isVisible();
    PhoenixSocket ada =
        PhoenixSocket.connect(
            cluster.node(2).port(), "/socket/room-3/websocket?vsn=2.0.0&userId=ada");
    ada.join("lobby");
    ada.send("['1','a','lobby','push',{'n':1}]");
    assertThat(ada.awaitReply("a").encode()).contains("\"seq\":1");
    button(page, "Move").click();
    page.getByLabel("To").selectOption(cluster.id(1));
    inDialog(page, "Move");
    assertThat(page.getByText("on " + cluster.place(1))).isVisible();
    assertThat(page.getByText("Moved from " + cluster.place(0) + " to " + cluster.place(1)))
        .containsText("it paused for");
    assertThat(cluster.owner("room-3")).isEqualTo(cluster.id(1));
    ada.send("['1','b','lobby','push',{'text':'after the move'}]");
    assertThat(ada.awaitReply("b").encode()).contains("\"seq\":2");
    assertThat(page.locator(".badge[data-status=running]")).isVisible();
    assertThat(page.locator(".tile:has(dt:text-is('Connections')) dd")).hasText("1");
    assertThat(page.getByRole(AriaRole.LOG)).containsText("after the move");
    window.isAccessible();
    window.screenshot("console-instance-cluster");
    ada.close();
  }

  @Test
  void anInstanceIsFoundAndMovedToTheLeastLoadedNode() {
    cluster.create(0, "needle");
    cluster.move(0, "needle", cluster.id(2));
    Page page = open("/console/nodes");
    page.getByLabel("Filter by name").fill("needle");
    assertThat(page.locator(".owners tbody tr")).hasCount(1);
    assertThat(owner(page, "needle")).containsText(cluster.place(2));
    button(page, "Move needle").press("Enter");
    assertThat(page.getByLabel("To").locator("option")).hasCount(3);
    inDialog(page, "Move");
    assertThat(page.getByText("needle runs on 127.0.0.1:")).isVisible();
    assertThat(owner(page, "needle")).not().containsText(cluster.place(2));
    assertThat(cluster.owner("needle")).isIn(cluster.id(0), cluster.id(1));
    owner(page, "needle").getByRole(AriaRole.LINK).click();
    assertThat(page).hasURL(Pattern.compile("/console/instances/needle$"));
  }

  /** Stopped beyond its lease, it comes back under another id. */
  @Test
  void aNodeThatIsGoneIsMissedAtOnce() {
    cluster.move(0, "room-4", cluster.id(2));
    Page page = open("/console/nodes");
    assertThat(owner(page, "room-4")).containsText(cluster.place(2));
    cluster.node(2).pause();
    try {
      assertThat(card(page, 2)).hasCount(0);
      assertThat(page.getByText("2 nodes")).isVisible();
      assertThat(event(page, "failover", cluster.place(2))).isVisible();
      cluster.node(0).request("GET", "/instances/room-4/rooms/lobby", null);
      assertThat(owner(page, "room-4")).not().containsText(cluster.place(2));
    } finally {
      cluster.node(2).goOn();
    }
    assertThat(card(page, 2)).containsText("serving");
    assertThat(page.getByText("3 nodes")).isVisible();
  }

  /** What lasts only for a moment: the answer's silence is put up. */
  @ParameterizedTest
  @EnumSource(names = {"DESKTOP_LIGHT", "PHONE_DARK"})
  void aNodeThatMissesItsRenewalsIsLate(View view) {
    Window window = chromium.open(cluster.node(0).port(), "/console/nodes", view);
    Page page = window.page();
    page.route(
        "**/api/v1/nodes",
        route -> {
          JsonObject answer = new JsonObject(route.fetch().text());
          answer.getJsonArray("items").getJsonObject(1).put("silent_ms", 5100);
          route.fulfill(
              new Route.FulfillOptions()
                  .setContentType("application/json")
                  .setBody(answer.encode()));
        });
    assertThat(page.getByText("3 nodes, 1 late")).isVisible();
    Locator late = page.locator(".nodes > li:has(.badge:text-is('late'))");
    assertThat(figure(late, "Lease renewed")).hasText("5.1 s ago");
    assertThat(late.getByLabel("Lease")).hasAttribute("aria-valuetext", "late, 5.1 s ago");
    window.isAccessible();
    window.screenshot("console-nodes-late");
    page.unrouteAll();
  }

  @Test
  void itAsksOnlyWhileItIsInSight() {
    Page page = open("/console/nodes");
    int[] asked = {0};
    page.onRequest(request -> asked[0] += request.url().endsWith("/api/v1/nodes") ? 1 : 0);
    page.waitForCondition(() -> asked[0] > 1);
    page.evaluate(
        "() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
            + " document.dispatchEvent(new Event('visibilitychange')); }");
    page.evaluate("() => new Promise(done => setTimeout(done, 300))");
    int before = asked[0];
    page.evaluate("() => new Promise(done => setTimeout(done, 2500))");
    assertThat(asked[0]).isEqualTo(before);
    page.evaluate(
        "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }");
    page.waitForCondition(() -> asked[0] > before + 1);
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("This node")).click();
    page.evaluate("() => new Promise(done => setTimeout(done, 300))");
    int left = asked[0];
    page.evaluate("() => new Promise(done => setTimeout(done, 2500))");
    assertThat(asked[0]).isEqualTo(left);
  }
}
