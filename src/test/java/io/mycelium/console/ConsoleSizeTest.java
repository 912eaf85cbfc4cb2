package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The table with 10,000 rows, some of which change every second. */
@Quiet
class ConsoleSizeTest {
  private static final int INSTANCES = 10_000;
  private static final int ACTIVE = 200;

  /**
   * A visible stutter. This Chromium paints without a graphics card, beside the server and other
   * tests; on a machine that runs only this test, most frames take 17 ms.
   */
  private static final double MAX_FRAME_MS = 50;

  /** The bound of a frame in which all visible rows change. */
  private static final double MAX_JUMP_MS = 120;

  private static final double MAX_TASK_MS = 400;

  /** Runs a step before each of 120 frames; the times between frames, and what held them up. */
  private static final String MEASURE =
      """
      async step => {
        const act = eval(step);
        const tasks = [];
        const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration)));
        observer.observe({entryTypes: ['longtask']});
        const frames = [];
        let last = await new Promise(requestAnimationFrame);
        for (let i = 0; i < 120; i++) {
          act(i);
          const now = await new Promise(requestAnimationFrame);
          frames.push(now - last);
          last = now;
        }
        await new Promise(done => setTimeout(done, 50));
        observer.disconnect();
        frames.sort((a, b) => a - b);
        return {median: frames[60], p95: frames[114], worst: frames[119], task: Math.max(0, ...tasks)};
      }
      """;

  @RegisterExtension final Chromium chromium = new Chromium();

  private TestNode node;
  private long traffic;
  private Page page;

  @BeforeEach
  void startNode() {
    node = TestNode.builder().console(ConsoleConfig.DEFAULT).start();
    for (int i = 0; i < INSTANCES; ) {
      List<Future<?>> batch = new ArrayList<>();
      for (int end = i + 250; i < end; i++) {
        String type = List.of("accumulative", "shared", "collaborative").get(i % 3);
        batch.add(
            node.directory()
                .create(
                    new JsonObject()
                        .put("id", "i%05d".formatted(i))
                        .put("name", "Instance " + i)
                        .put("type", type)));
      }
      TestNode.await(Future.all(batch));
    }
    traffic =
        node.vertx()
            .setPeriodic(
                100,
                ignored -> {
                  for (int i = 0; i < ACTIVE; i++) {
                    node.directory().push("i%05d".formatted(i * 3), "lobby", "ada", "1");
                  }
                });
    page = chromium.open(node.port(), "/console", View.DESKTOP_LIGHT).page();
    assertThat(page.getByText("10,000 instances")).isVisible();
  }

  @AfterEach
  void stopNode() {
    node.vertx().cancelTimer(traffic);
    node.close();
  }

  @Test
  void scrollingSortingAndFilteringDoNotStutter() {
    measure(
        "scrolling", "i => { document.querySelector('.rows').scrollTop = i * 120; }", MAX_FRAME_MS);
    measure(
        "jumping", "i => { document.querySelector('.rows').scrollTop = i * 3000; }", MAX_JUMP_MS);
    assertThat((int) page.evaluate("document.querySelectorAll('.row').length"))
        .as("rows that are elements")
        .isLessThan(100);
    measure(
        "sorting",
        "i => { if (i % 10 === 0) document.querySelectorAll('.head button')[(i / 10) % 11].click();"
            + " }",
        MAX_FRAME_MS);
    measure(
        "filtering",
        """
        i => {
          if (i % 6) return;
          const search = document.querySelector('input[type=search]');
          search.value = 'instance 12345'.slice(0, i / 6 % 15);
          search.dispatchEvent(new Event('input'));
        }
        """,
        MAX_FRAME_MS);
  }

  private void measure(String what, String step, double maxMedian) {
    @SuppressWarnings("unchecked")
    Map<String, Number> figures = (Map<String, Number>) page.evaluate(MEASURE, step);
    Figures.log("console, 10,000 rows, %s: %s", what, figures);
    assertThat(figures.get("median").doubleValue())
        .as(what + ", median frame in ms")
        .isLessThan(maxMedian);
    assertThat(figures.get("task").doubleValue())
        .as(what + ", longest task in ms")
        .isLessThan(MAX_TASK_MS);
  }

  @Test
  void sortAndFilterShowTheRightRows() {
    assertThat(firstRow()).startsWith("i00000");
    heading("Instance").click();
    assertThat(page.locator(".rows .row[aria-rowindex='2'] a")).hasText("i09999");
    heading("Mailbox").click();
    heading("Out/s").click();
    heading("In/s").click();
    assertThat(page.locator(".rows .row[aria-rowindex='2'] .c-in")).not().hasText("0");
    assertThat(page.locator(".rows .row[aria-rowindex='2'] .c-type")).hasText("accumulative");

    page.getByLabel("Filter by id or name").fill("STANCE 123");
    assertThat(page.getByText("11 of 10,000 instances")).isVisible();
    page.getByLabel("Type", new Page.GetByLabelOptions().setExact(true)).selectOption("shared");
    assertThat(page.getByText("3 of 10,000 instances")).isVisible();
    page.getByLabel("Status", new Page.GetByLabelOptions().setExact(true)).selectOption("running");
    assertThat(page.getByText("3 of 10,000 instances")).isVisible();
    page.getByLabel("Filter by id or name").fill("nothing has this name");
    assertThat(page.getByText("No instance matches the filter.")).isVisible();
  }

  private com.microsoft.playwright.Locator heading(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private String firstRow() {
    return page.locator(".rows .row[aria-rowindex='2']").innerText();
  }

  @Test
  void aRowFarDownIsReachedAndActsOnItsOwnInstance() {
    page.evaluate("document.querySelector('.rows').scrollTop = 5000 * 40");
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Delete i05003")).click();
    page.getByRole(AriaRole.DIALOG)
        .getByRole(
            AriaRole.BUTTON,
            new com.microsoft.playwright.Locator.GetByRoleOptions().setName("Delete"))
        .click();
    assertThat(page.getByText("9,999 instances")).isVisible();
    assertThat(node.refusedUpgrade("i05003")).isEqualTo(404);
  }
}
