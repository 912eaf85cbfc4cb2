package io.mycelium.testing.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.ScreenshotAnimations;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.mycelium.testing.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scenes of the README's pictures. Its name is not a test's, so {@code mvn verify} skips it;
 * {@code .ci/screenshots} runs it.
 */
class Pictures {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 640;

  @RegisterExtension final Chromium chromium = new Chromium();

  @TempDir Path folder;

  private final ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor();
  private ServerProcess node;
  private ServerCluster cluster;

  @BeforeEach
  void startNode() {
    node = DemoNode.durable(folder);
  }

  @AfterEach
  void stopNode() {
    traffic.shutdownNow();
    node.close();
    if (cluster != null) {
      cluster.close();
    }
  }

  private Window open(String path) {
    Window window = chromium.open(node.port(), path, View.DESKTOP_LIGHT);
    window.page().setViewportSize(WIDTH, HEIGHT);
    return window;
  }

  /** The part of the page that fits the window. */
  private static void picture(Window window, String name) {
    Path file = Path.of("target", "screenshots", "picture-" + name + ".png");
    window
        .page()
        .screenshot(
            new Page.ScreenshotOptions()
                .setPath(file)
                .setAnimations(ScreenshotAnimations.DISABLED));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private void post(Page page, String path, Object body) {
    page.request()
        .post(
            "http://127.0.0.1:" + node.port() + "/api/v1/instances" + path,
            RequestOptions.create().setData(body));
  }

  private void say(Page page, String user, String text) {
    post(
        page,
        "/chat/rooms/general/messages",
        Map.of("user", user, "payload", Map.of("text", text)));
  }

  @Test
  void chat() {
    Window bob = open("/demo/chat?user=bob");
    for (String user : new String[] {"ada", "cleo", "dan"}) {
      open("/demo/chat?user=" + user);
    }
    Page page = bob.page();
    say(page, "ada", "The build is green again.");
    say(page, "cleo", "Is the flaky test gone? It failed for me twice yesterday.");
    say(page, "bob", "It was a race in the fixture, the fix is in since noon.");
    say(page, "dan", "🎉");
    say(page, "ada", "Then I draw the new board now. Who joins?");
    say(page, "bob", "Me, in five minutes.");
    assertThat(page.locator("#messages li")).hasCount(6);
    assertThat(page.getByLabel("People here")).containsText("dan");
    picture(bob, "chat");
  }

  /**
   * A line through the points that a function gives for 0 to 1, each {x, y} in parts of the board.
   */
  private static void draw(Page page, String color, int width, DoubleFunction<double[]> line) {
    page.getByLabel(color).check();
    page.getByLabel("Width").fill(String.valueOf(width));
    BoundingBox board = page.locator("#canvas").boundingBox();
    for (int i = 0; i <= 40; i++) {
      double[] at = line.apply(i / 40.0);
      page.mouse().move(board.x + board.width * at[0], board.y + board.height * at[1]);
      if (i == 0) {
        page.mouse().down();
      }
    }
    page.mouse().up();
  }

  private static DoubleFunction<double[]> circle(double x, double y, double radius) {
    return part ->
        new double[] {
          x + radius * Math.cos(part * 2 * Math.PI),
          y + radius * WIDTH / 500 * Math.sin(part * 2 * Math.PI)
        };
  }

  private static DoubleFunction<double[]> line(double... points) {
    int parts = points.length / 2 - 1;
    return part -> {
      int from = Math.min(parts - 1, (int) (part * parts));
      double rest = part * parts - from;
      int i = 2 * from;
      return new double[] {
        points[i] + (points[i + 2] - points[i]) * rest,
        points[i + 1] + (points[i + 3] - points[i + 1]) * rest
      };
    };
  }

  @Test
  void draw() {
    Page ada = open("/demo/draw?user=ada").page();
    Window bob = open("/demo/draw?user=bob");
    draw(ada, "green", 10, p -> new double[] {.04 + .92 * p, .8 - .06 * Math.sin(p * 6)});
    draw(bob.page(), "blue", 5, line(.2, .78, .2, .45, .42, .45, .42, .77));
    draw(ada, "red", 7, line(.16, .46, .31, .2, .46, .46));
    draw(bob.page(), "black", 4, line(.28, .77, .28, .6, .34, .6, .34, .77));
    draw(ada, "orange", 9, circle(.82, .24, .05));
    for (int ray = 0; ray < 8; ray++) {
      double angle = ray * Math.PI / 4;
      double x = .82 + .07 * Math.cos(angle);
      double y = .24 + .14 * Math.sin(angle);
      draw(ada, "orange", 5, line(x, y, x + .02 * Math.cos(angle), y + .04 * Math.sin(angle)));
    }
    draw(bob.page(), "violet", 5, line(.6, .76, .6, .55));
    draw(bob.page(), "violet", 12, circle(.6, .48, .025));
    draw(bob.page(), "blue", 3, line(.55, .2, .57, .17, .59, .2, .61, .17, .63, .2));
    assertThat(bob.page().getByLabel("People here")).containsText("ada");
    picture(bob, "draw");
  }

  @Test
  void move() {
    Window bob = open("/demo/move?user=bob");
    String[] users = {"ada", "cleo", "dan", "eve"};
    double[][] places = {{.2, .3}, {.75, .25}, {.55, .75}, {.3, .65}};
    for (int i = 0; i < users.length; i++) {
      moveTo(open("/demo/move?user=" + users[i]).page(), places[i]);
    }
    moveTo(bob.page(), new double[] {.48, .42});
    for (int i = 0; i < users.length; i++) {
      Locator dot = bob.page().locator("[data-user=" + users[i] + "]");
      BoundingBox field = bob.page().locator("#field").boundingBox();
      double wanted = field.x + field.width * places[i][0];
      bob.page()
          .waitForCondition(
              () ->
                  Math.abs(dot.boundingBox().x + dot.boundingBox().width / 2 - wanted)
                      < field.width / 50);
    }
    picture(bob, "move");
  }

  private static void moveTo(Page page, double[] place) {
    BoundingBox field = page.locator("#field").boundingBox();
    page.mouse().move(field.x + field.width * place[0], field.y + field.height * place[1]);
  }

  @Test
  void game() {
    Page ada = open("/demo/four-in-a-row?user=ada").page();
    Window bob = open("/demo/four-in-a-row?user=bob");
    button(ada, "Play red").click();
    button(bob.page(), "Play yellow").click();
    int[] moves = {4, 4, 3, 5, 5, 2, 3, 3, 2, 4, 6, 5, 4};
    for (int i = 0; i < moves.length; i++) {
      Page mover = i % 2 == 0 ? ada : bob.page();
      assertThat(mover.locator("#said")).containsText("Your turn");
      button(mover, "Column " + moves[i]).click();
    }
    assertThat(bob.page().locator("#said")).containsText("Your turn");
    picture(bob, "four-in-a-row");
  }

  @Test
  void console() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT);
    Page page = window.page();
    List<PhoenixSocket> sockets = new ArrayList<>();
    String[] names = {"lobby-eu", "lobby-us", "standup", "retro", "match-1", "match-2", "sketch"};
    String[] types = {"accumulative", "collaborative", "shared"};
    for (int i = 0; i < 28; i++) {
      String id = i < names.length ? names[i] : "room-" + (100 + 7 * i);
      Map<String, Object> config = Map.of("open", true, "patch_interval", 0);
      post(page, "", Map.of("id", id, "type", types[i % 3], "config", config));
      for (int user = 0; user < 12 - i; user++) {
        sockets.add(join(id, "lobby", "user-" + user));
      }
    }
    for (String user : new String[] {"ada", "bob", "cleo"}) {
      sockets.add(join("chat", "general", user));
    }
    traffic.scheduleAtFixedRate(() -> push(sockets), 0, 100, TimeUnit.MILLISECONDS);
    button(page, "Out/s").click();
    assertThat(page.locator(".rows .row[aria-rowindex='2'] a"))
        .hasText(Pattern.compile("lobby-eu|lobby-us"));
    page.getByRole(AriaRole.HEADING).first().click();
    picture(window, "console");

    say(page, "ada", "The build is green again.");
    say(page, "bob", "Then I draw the new board, who joins?");
    post(page, "/chat/restart", Map.of());
    window.go("/console/instances/chat");
    assertThat(page.getByText("requested")).isVisible();
    say(page, "cleo", "Me, in five minutes.");
    assertThat(page.getByRole(AriaRole.LOG)).containsText("Me, in five minutes.");
    assertThat(page.getByText("sequence 3,")).isVisible();
    page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("State"))
        .getByText("{3}")
        .last()
        .click();
    picture(window, "instance");

    window.go("/console/node");
    assertThat(page.locator(".tile:has(dt:text-is('Up for')) dd"))
        .hasText("1 min", new LocatorAssertions.HasTextOptions().setTimeout(120_000));
    picture(window, "node");
  }

  @Test
  void nodes() {
    cluster = ServerCluster.atRest();
    ServerProcess first = cluster.node(0);
    String[] names = {"lobby-eu", "lobby-us", "standup", "retro", "match-1", "match-2", "sketch"};
    for (int i = 0; i < names.length; i++) {
      String id = names[i];
      String spec = "{\"id\": \"" + id + "\", \"type\": \"accumulative\"}";
      first.request("POST", "/instances", spec);
      cluster.move(0, id, cluster.id(i % 3));
      for (int user = 0; user < 3 + i; user++) {
        PhoenixSocket.connect(
                cluster.node(user % 3).port(), "/socket/" + id + "/websocket?vsn=2.0.0")
            .join("lobby");
      }
    }
    Window window = chromium.open(first.port(), "/console/nodes", View.DESKTOP_LIGHT);
    window.page().setViewportSize(1100, 700);
    assertThat(window.page().getByText("3 nodes")).isVisible();
    first.request("PUT", "/nodes/" + cluster.id(2) + "/drain", null);
    assertThat(window.page().getByText("3 nodes, 1 draining")).isVisible();
    assertThat(window.page().locator(".nodes > li:has-text('draining')"))
        .containsText("Instances0");
    cluster.move(0, "retro", cluster.id(1));
    assertThat(window.page().locator(".events li").first()).containsText("retro");
    window.page().getByRole(AriaRole.HEADING).first().click();
    picture(window, "nodes");
  }

  private PhoenixSocket join(String instance, String room, String user) {
    PhoenixSocket socket =
        PhoenixSocket.connect(
            node.port(), "/socket/" + instance + "/websocket?vsn=2.0.0&userId=" + user);
    socket.join(room);
    return socket;
  }

  /** More and less by turns, so that the charts have something to tell. */
  private static void push(List<PhoenixSocket> sockets) {
    double share = .15 + .12 * Math.sin(System.nanoTime() / 5e9);
    for (int i = 0; i < sockets.size() - 3; i++) {
      if (Math.random() < share) {
        sockets
            .get(i)
            .send("['1','p','lobby','push',{'x':" + Math.round(Math.random() * 99) + "}]");
      }
    }
  }
}
