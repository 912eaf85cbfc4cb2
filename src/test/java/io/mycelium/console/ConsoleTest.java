package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import io.mycelium.testing.BrittleType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator's view and actions at {@code /console}, in a real browser. */
class ConsoleTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.builder().types(new BrittleType()).console(ConsoleConfig.DEFAULT).start();
    node.create(
        "{'id':'chat','name':'Team chat','type':'accumulative','rooms':{'general':{},'board':"
            + "{'type':'shared','state':{'title':'Plan','strokes':[],'done':false}}}}");
    node.create("{'id':'brittle','type':'brittle'}");
    node.create("{'id':'arena','type':'collaborative','config':{'patch_interval':50}}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  private static Locator row(Page page, String id) {
    Locator link =
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(id).setExact(true));
    return page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHas(link));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator dialogButton(Page page, String name) {
    return page.getByRole(AriaRole.DIALOG)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  /** The element's text, once it differs from this one. */
  private static void changes(Locator locator, String from) {
    assertThat(locator).not().hasText(from);
  }

  @ParameterizedTest
  @EnumSource
  void theTableLooksRightInEveryView(View view) {
    for (int i = 0; i < 40; i++) {
      node.create("{'id':'room-" + i + "','name':'Room " + i + "','type':'shared'}");
    }
    crash();
    Window window = chromium.open(node.port(), "/console", view);
    assertThat(window.page().getByText("43 instances")).isVisible();
    assertThat(row(window.page(), "brittle")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-instances");
    button(window.page(), "New instance").click();
    assertThat(window.page().getByLabel("Type").last()).hasValue(Pattern.compile(".+"));
    window.isAccessible();
    window.screenshot("console-create");
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 1092, 1080, 964, 956, 700, 320})
  void aRowIsWhollyInSightAtEveryWidth(int width) {
    Page page = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).page();
    page.setViewportSize(width, 800);
    isWhollyInSight(row(page, "arena"), width);
  }

  /** Each of the row's cells that a window of this width shows. */
  static void isWhollyInSight(Locator row, int width) {
    assertThat(row).isVisible();
    double edge = 0;
    for (Locator cell : row.locator("> :visible").all()) {
      BoundingBox box = cell.boundingBox();
      edge = Math.max(edge, box.x + box.width);
    }
    BoundingBox table = row.page().locator(".rows").boundingBox();
    assertThat(edge).isGreaterThan(width / 2.0).isLessThanOrEqualTo(table.x + table.width);
  }

  @Test
  void aNodeThatIsAloneIsAskedOnceWhetherItHasOthers() {
    Page page = chromium.open(node.port(), "/console/node", View.DESKTOP_LIGHT).page();
    List<String> asked = new CopyOnWriteArrayList<>();
    page.onRequest(
        request -> {
          if (request.url().contains("/api/")) {
            asked.add(URI.create(request.url()).getPath());
          }
        });
    page.locator("nav a[href='/console']").click();
    assertThat(row(page, "arena")).isVisible();
    page.waitForCondition(() -> !asked.isEmpty());
    page.evaluate("() => new Promise(done => setTimeout(done, 6000))");
    assertThat(asked).containsExactly("/api/v1/nodes");
    assertThat(page.locator(".c-node:visible")).hasCount(0);
  }

  @ParameterizedTest
  @EnumSource
  void anInstancesPageLooksRightInEveryView(View view) {
    PhoenixSocket ada = node.connect("chat", "vsn=2.0.0&userId=ada");
    PhoenixSocket bob = node.connect("chat", "vsn=2.0.0&userId=bob");
    ada.join("general");
    bob.join("general");
    for (String text : new String[] {"Good morning", "Is the build green?", "It is since ten"}) {
      ada.send("['1','" + text.length() + "','general','push',{'text':'" + text + "'}]");
      ada.awaitReply(Integer.toString(text.length()));
    }
    TestNode.await(node.directory().restart("chat"));
    Window window = chromium.open(node.port(), "/console/instances/chat", view);
    Page page = window.page();
    button(page, "general accumulative").click();
    assertThat(page.getByRole(AriaRole.LOG)).containsText("It is since ten");
    assertThat(page.getByText("2 users, 2 channels")).isVisible();
    page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("State"))
        .getByText("{3}")
        .last()
        .click();
    assertThat(page.getByText("\"Is the build green?\"").first()).isVisible();
    assertThat(page.getByText("requested")).isVisible();
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-instance");
    ada.close();
    bob.close();
  }

  @ParameterizedTest
  @EnumSource
  void aNodeThatIsAloneSaysHowToMakeACluster(View view) {
    Window window = chromium.open(node.port(), "/console", view);
    Page page = window.page();
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Nodes")).click();
    assertThat(page).hasURL(Pattern.compile("/console/nodes$"));
    assertThat(page.getByText("This node is alone.")).containsText("cluster.enabled: true");
    assertThat(page.getByRole(AriaRole.LOG)).hasCount(0);
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-alone");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Instances")).click();
    row(page, "chat").getByRole(AriaRole.LINK).click();
    assertThat(button(page, "Restart")).isVisible();
    assertThat(button(page, "Move")).hasCount(0);
  }

  @Test
  void anInstanceShowsAtOnceAndItsFiguresMoveUnderTraffic() {
    Page page = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).page();
    assertThat(page.getByText("3 instances")).isVisible();
    node.create("{'id':'fresh','type':'accumulative'}");
    assertThat(row(page, "fresh")).containsText("running");

    PhoenixSocket ada = node.connect("fresh", "vsn=2.0.0&userId=ada");
    ada.join("lobby");
    assertThat(row(page, "fresh").locator(".c-connections")).hasText("1");
    for (int i = 0; i < 200; i++) {
      ada.send("['1','p" + i + "','lobby','push',{'n':" + i + "}]");
    }
    changes(row(page, "fresh").locator(".c-out"), "0");
    changes(row(page, "fresh").locator(".c-p99"), "–");
    assertThat(row(page, "fresh").locator(".c-out")).hasText("0");
    ada.close();
    assertThat(row(page, "fresh").locator(".c-connections")).hasText("0");
  }

  @Test
  void anInstanceIsCreatedAndProblemsAreShown() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT);
    Page page = window.expect("status 4(09|22)|409|422").page();
    button(page, "New instance").click();
    Locator dialog = page.getByRole(AriaRole.DIALOG);
    dialog.getByLabel("Type").selectOption("shared");
    dialog.getByLabel("Id").fill("chat");
    dialogButton(page, "Create").click();
    assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("id is chat, expected an id that");

    dialog.getByLabel("Id").fill("made-here");
    dialog.getByLabel("Config").fill("{\"history\": -1}");
    dialogButton(page, "Create").click();
    assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("config.history is -1, expected");

    dialog.getByLabel("Config").fill("{history");
    dialogButton(page, "Create").click();
    assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("config is no JSON");

    dialog.getByLabel("Config").fill("");
    dialog.getByLabel("Rooms").fill("one, two");
    dialogButton(page, "Create").click();
    assertThat(dialog).hasCount(0);
    assertThat(row(page, "made-here")).containsText("shared");
    assertThat(
            TestNode.await(node.directory().get("made-here")).getJsonObject("rooms").fieldNames())
        .containsExactly("lobby", "one", "two");
  }

  @Test
  void anInstanceIsRestartedAndDeletedOnlyOnceConfirmed() {
    Page page = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).page();
    button(page, "Restart arena").click();
    dialogButton(page, "Cancel").click();
    button(page, "Restart arena").click();
    dialogButton(page, "Restart").click();
    assertThat(row(page, "arena").locator(".c-restarts")).hasText("1");

    button(page, "Delete arena").click();
    dialogButton(page, "Cancel").click();
    assertThat(row(page, "arena")).isVisible();
    button(page, "Delete arena").click();
    dialogButton(page, "Delete").click();
    assertThat(row(page, "arena")).hasCount(0);
    assertThat(node.refusedUpgrade("arena")).isEqualTo(404);
  }

  @Test
  void aProblemOfADeleteIsShownWhereItWasAskedFor() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT);
    Page page = window.expect("404").page();
    button(page, "Delete arena").click();
    TestNode.await(node.directory().delete("arena"));
    dialogButton(page, "Delete").click();
    assertThat(page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.ALERT))
        .containsText("there is no instance arena");
  }

  @Test
  void theObserverSeesStateMembersAndMessagesAndSendsWithoutBeingThere() {
    PhoenixSocket ada = node.connect("chat", "vsn=2.0.0&userId=ada");
    ada.join("general");
    Page page = chromium.open(node.port(), "/console/instances/chat", View.DESKTOP_LIGHT).page();
    button(page, "general accumulative").click();
    Locator members = page.locator(".members");
    assertThat(members).containsText("ada");
    assertThat(page.getByText("1 user, 1 channel")).isVisible();

    ada.send("['1','2','general','push',{'text':'from ada'}]");
    assertThat(page.getByRole(AriaRole.LOG)).containsText("from ada");
    page.getByLabel("Payload, JSON").fill("not json");
    button(page, "Send").click();
    assertThat(page.getByText("The payload is no JSON")).isVisible();
    page.getByLabel("Payload, JSON").fill("{\"text\": \"from the console\"}");
    page.getByLabel("Payload, JSON").press("Enter");
    assertThat(page.getByRole(AriaRole.LOG)).containsText("from the console");
    assertThat(ada.awaitEvent("msg").encode()).contains("from ada");
    assertThat(ada.awaitEvent("msg").encode()).contains("from the console");
    assertThat(page.getByText("sequence 2,")).isVisible();
    assertThat(TestNode.await(node.directory().room("chat", "general")).getInteger("channels"))
        .isEqualTo(1);

    PhoenixSocket bob = node.connect("chat", "vsn=2.0.0&userId=bob");
    bob.join("general");
    assertThat(members).containsText("bob");
    assertThat(members.locator("li")).hasCount(2);
    bob.close();
    assertThat(members.locator("li")).hasCount(1);
    ada.close();
  }

  @Test
  void theStateFollowsAndKeepsWhatIsOpen() {
    Page page = chromium.open(node.port(), "/console/instances/chat", View.DESKTOP_LIGHT).page();
    button(page, "board shared").click();
    Locator state = page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("State"));
    assertThat(state).containsText("title: \"Plan\"");
    push("board", "{\"strokes\":[[1,2]],\"title\":\"Done\"}");
    assertThat(state).containsText("title: \"Done\"");
    state.getByText("strokes: [1]").click();
    assertThat(state).containsText("0: [2]");
    push("board", "{\"strokes\":[[1,2],[3,4]]}");
    assertThat(state).containsText("strokes: [2]");
    assertThat(state).containsText("1: [2]");
  }

  private void push(String room, String payload) {
    TestNode.await(node.directory().push("chat", room, "ada", payload));
  }

  private void crash() {
    TestNode.await(
        node.directory()
            .push("brittle", "lobby", null, "\"crash\"")
            .recover(expected -> Future.succeededFuture()));
  }

  @Test
  void aCrashShowsInTheRestartHistoryWithItsError() {
    TestNode.await(node.directory().push("brittle", "lobby", null, "\"before the crash\""));
    Window window = chromium.open(node.port(), "/console/instances/brittle", View.DESKTOP_DARK);
    Page page = window.page();
    assertThat(page.getByText("None since the instance was created.")).isVisible();
    // Read over REST, which answers 503 while the instance restarts.
    assertThat(page.getByText("before the crash")).isVisible();
    crash();
    assertThat(page.getByText("java.lang.IllegalStateException: told to")).isVisible();
    assertThat(page.locator("tbody tr")).hasCount(1);
    assertThat(page.locator("tbody")).containsText("BrittleType.java");
    window.isAccessible();
    window.screenshot("console-crash");
  }

  @Test
  void theWholeTableWorksFromTheKeyboard() {
    Page page = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).page();
    assertThat(row(page, "arena")).isVisible();
    page.getByRole(AriaRole.ROWGROUP, new Page.GetByRoleOptions().setName("Instances")).focus();
    page.keyboard().press("ArrowDown");
    page.keyboard().press("ArrowDown");
    page.keyboard().press("Enter");
    assertThat(page).hasURL(Pattern.compile("/console/instances/brittle$"));
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText("brittle");
    page.goBack();
    assertThat(row(page, "arena")).isVisible();
    button(page, "Status").press("Enter");
    assertThat(
            page.getByRole(AriaRole.COLUMNHEADER)
                .filter(new Locator.FilterOptions().setHasText("Status")))
        .hasAttribute("aria-sort", "ascending");
  }

  @Test
  void theConsoleComesBackByItselfAfterTheServerWasAway() {
    Window window = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT);
    Page page = window.expect("WebSocket|ERR_|Failed to load|status 5").page();
    assertThat(page.getByText("Live")).isVisible();
    int port = node.port();
    node.close();
    assertThat(page.getByText("Connecting")).isVisible();
    node = TestNode.builder().port(port).console(ConsoleConfig.DEFAULT).start();
    node.create("{'id':'after','type':'shared'}");
    assertThat(row(page, "after")).isVisible();
    assertThat(page.getByText("Live")).isVisible();
    assertThat(row(page, "chat")).hasCount(0);
  }
}
