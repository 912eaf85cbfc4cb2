package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of instances of a cluster of three, seen by an operator at the first of them. */
class InstancesOfAllNodesTest {
  private static final Pattern COUNT = Pattern.compile("^[\\d,]+$");
  private static final String DASH = "–";

  private static ServerCluster cluster;

  @RegisterExtension final Chromium chromium = new Chromium();

  @BeforeAll
  static void start() {
    cluster = ServerCluster.atRest();
    for (int i = 0; i < 9; i++) {
      cluster.create(0, "room-" + i);
      put(i, i % 3);
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static void put(int room, int node) {
    cluster.move(0, "room-" + room, cluster.id(node));
  }

  private Page open() {
    return chromium.open(cluster.node(0).port(), "/console", View.DESKTOP_LIGHT).page();
  }

  private static Locator cell(Page page, int room, String column) {
    return page.locator(".rows .row:has(a:text-is('room-" + room + "')) .c-" + column);
  }

  private static Locator note(Page page) {
    return page.locator(".instances > .hint");
  }

  /** As when the operator comes back to the window: it is asked at once. */
  private static void look(Page page) {
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))");
  }

  @ParameterizedTest
  @EnumSource
  void hasThoseOfAllNodes(View view) {
    PhoenixSocket elsewhere = cluster.socket(2, "room-2", "lobby");
    Window window = chromium.open(cluster.node(0).port(), "/console", view);
    Page page = window.page();
    assertThat(page.getByText("9 instances")).isVisible();
    for (int room = 0; room < 9; room++) {
      assertThat(cell(page, room, "node")).hasText(cluster.place(room % 3));
      assertThat(cell(page, room, "status")).hasText("running");
    }
    assertThat(cell(page, 2, "connections")).hasText("1");
    assertThat(cell(page, 0, "in")).hasText(COUNT);
    for (String unknown : List.of("channels", "in", "out", "mailbox", "p99", "memory")) {
      assertThat(cell(page, 2, unknown)).hasText(DASH);
    }
    assertThat(note(page)).isHidden();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-cluster");
    elsewhere.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1440, 1350, 1340, 1280, 1160, 1150, 1092, 964, 956, 700, 320})
  void aRowIsWhollyInSightAtEveryWidth(int width) {
    Page page = open();
    page.setViewportSize(width, 800);
    assertThat(cell(page, 1, "node")).hasText(cluster.place(1));
    ConsoleTest.isWhollyInSight(page.locator(".rows .row:has(a:text-is('room-1'))"), width);
  }

  @Test
  void aRowFollowsItsInstance() {
    Page page = open();
    assertThat(cell(page, 3, "node")).hasText(cluster.place(0));
    put(3, 1);
    assertThat(cell(page, 3, "node")).hasText(cluster.place(1));
    assertThat(cell(page, 3, "in")).hasText(DASH);
    put(3, 0);
    assertThat(cell(page, 3, "node")).hasText(cluster.place(0));
    assertThat(cell(page, 3, "in")).hasText(COUNT);
    assertThat(page.locator(".rows .row:visible")).hasCount(9);
    // Its page has the figures of an instance of another node too.
    page.locator(".rows a:text-is('room-4')").click();
    assertThat(page.getByText("on " + cluster.place(1))).isVisible();
  }

  @Test
  void isPutInOrderAndFilteredOverAllNodes() {
    Page page = open();
    assertThat(cell(page, 8, "node")).hasText(cluster.place(2));
    page.locator(".head .c-node button").click();
    Locator nodes = page.locator(".rows .row:visible");
    assertThat(page.locator(".head .c-node")).hasAttribute("aria-sort", "ascending");
    assertThat(page.locator(".rows .row[aria-rowindex='2'] .c-node")).hasText(first());
    page.getByLabel("Filter by id or name").fill("room-8");
    assertThat(nodes).hasCount(1);
    assertThat(page.getByText("1 of 9 instances")).isVisible();
  }

  private static String first() {
    return List.of(cluster.place(0), cluster.place(1), cluster.place(2)).stream()
        .sorted()
        .findFirst()
        .orElseThrow();
  }

  /** It is stopped for a moment, in which the others do not miss it yet. */
  @Test
  void aNodeThatDoesNotAnswerIsNamed() {
    Page page = open();
    assertThat(cell(page, 5, "node")).hasText(cluster.place(2));
    cluster.node(2).pause();
    try {
      look(page);
      assertThat(note(page)).containsText("No answer from " + cluster.place(2));
      assertThat(cell(page, 5, "node")).hasText(cluster.place(2));
      assertThat(cell(page, 5, "status")).hasText("running");
    } finally {
      cluster.node(2).goOn();
    }
    look(page);
    assertThat(note(page)).isHidden();
  }

  /** Thousands of instances are put up: each page says that there is one more. */
  @ParameterizedTest
  @EnumSource(names = {"DESKTOP_LIGHT", "PHONE_DARK"})
  void saysWhenThereAreMoreThanItLooksAt(View view) {
    List<String> asked = new CopyOnWriteArrayList<>();
    Window window = chromium.open(cluster.node(0).port(), "/console/node", view);
    Page page = window.page();
    page.route(
        "**/api/v1/instances?*",
        route -> {
          asked.add(route.request().url());
          JsonObject answer = new JsonObject(route.fetch().text()).put("next", "room-0");
          route.fulfill(
              new Route.FulfillOptions()
                  .setContentType("application/json")
                  .setBody(answer.encode()));
        });
    page.locator("nav a[href='/console']").click();
    assertThat(note(page)).containsText("Looked at the first 33 of the cluster");
    assertThat(asked).hasSize(4);
    window.isAccessible();
    window.screenshot("console-cluster-more");
    page.getByLabel("Filter by id or name").fill("room-1");
    page.waitForCondition(() -> asked.stream().anyMatch(url -> url.endsWith("&name=room-1")));
    page.unrouteAll();
  }

  @Test
  void asksOnlyEveryFewSecondsAndWhileItIsInSight() {
    Page page = open();
    assertThat(cell(page, 4, "node")).hasText(cluster.place(1));
    List<Long> asked = new CopyOnWriteArrayList<>();
    page.onRequest(
        request -> {
          if (request.url().contains("/api/v1/instances")) {
            asked.add(System.nanoTime());
          }
        });
    page.waitForCondition(() -> asked.size() > 1);
    assertThat(asked.get(1) - asked.get(0)).isGreaterThan(4_000_000_000L);
    page.locator("nav a[href='/console/node']").click();
    assertThat(page.locator(".chart").first()).isVisible();
    int before = asked.size();
    page.evaluate("() => new Promise(done => setTimeout(done, 6000))");
    assertThat(asked).hasSize(before);
  }
}
