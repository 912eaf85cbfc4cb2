package io.mycelium.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.mycelium.Mycelium;
import io.mycelium.config.ConfigLoader;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.ops.OpsConfig;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.mycelium.web.WebConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page of the node, of a whole node as {@code serve} starts it. */
class ConsoleNodePageTest {
  /** Whether a chart's canvas has pixels of a colour that is neither grey nor see-through. */
  private static final String IS_DRAWN =
      """
      canvas => {
        const {width, height} = canvas;
        const copy = Object.assign(document.createElement('canvas'), {width, height}).getContext('2d', {willReadFrequently: true});
        copy.drawImage(canvas, 0, 0);
        const {data} = copy.getImageData(0, 0, width, height);
        for (let i = 0; i < data.length; i += 4) {
          const [r, g, b, a] = data.slice(i, i + 4);
          if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 30) return true;
        }
        return false;
      }
      """;

  @RegisterExtension final Chromium chromium = new Chromium();

  @TempDir Path folder;

  private Mycelium node;
  private ConsoleSocket before;
  private PhoenixSocket ada;

  @BeforeEach
  void startNode() {
    MyceliumConfig standard =
        new ConfigLoader(Map.of("MYCELIUM_ACCESS_MODE", "open")).load(null, Map.of());
    node =
        TestNode.await(
            Mycelium.start(
                new MyceliumConfig(
                    new WebConfig(
                        "127.0.0.1", 0, 2, "netty", 1 << 20, 4 << 20, 1000, List.of(), false),
                    standard.http(),
                    standard.tls(),
                    standard.socket(),
                    standard.gateway(),
                    standard.limits(),
                    standard.instances(),
                    inThe(folder),
                    new OpsConfig(
                        "127.0.0.1",
                        0,
                        "text",
                        "info",
                        Duration.ofSeconds(5),
                        200,
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1)),
                    standard.console(),
                    standard.access(),
                    standard.cluster()),
                true));
    before = ConsoleSocket.connect(node.port());
    ada = PhoenixSocket.connect(node.port(), "/socket/chat/websocket?vsn=2.0.0&userId=ada");
    ada.join("general");
    for (int i = 0; i < 300; i++) {
      ada.send("['1','p" + i + "','general','push',{'n':" + i + "}]");
    }
    for (int samples = 0; samples < 3; samples++) {
      before.await("sample");
    }
  }

  private static JournalConfig inThe(Path folder) {
    JournalConfig standard = JournalConfig.DEFAULT;
    return new JournalConfig(
        "jdbc:sqlite:" + folder.resolve("m.db"),
        standard.user(),
        standard.password(),
        standard.flushInterval(),
        standard.maxQueuedBytes(),
        standard.snapshotEvery(),
        standard.pushOnceWindow(),
        standard.maxEntriesPerRoom(),
        standard.maxBytesPerRoom(),
        standard.maxResumeEntries());
  }

  @AfterEach
  void stopNode() {
    before.close();
    TestNode.await(node.close());
  }

  @ParameterizedTest
  @EnumSource
  void aFreshPageDrawsWhatHappenedBeforeItCame(View view) {
    Window window = chromium.open(node.port(), "/console/node", view);
    Page page = window.page();
    assertThat(page.locator(".plot canvas")).hasCount(9);
    for (String chart :
        new String[] {
          "Connections", "Messages a second", "Journal commit", "Heap", "CPU, of one core"
        }) {
      String name = chart + ", the last 15 minutes";
      com.microsoft.playwright.Locator canvas =
          page.getByRole(AriaRole.IMG, new Page.GetByRoleOptions().setName(name)).locator("canvas");
      page.waitForCondition(() -> canvas.evaluate(IS_DRAWN).equals(true));
    }
    window.isAccessible();
    window.hasNoHorizontalScroll();
    window.screenshot("console-node");
  }

  @Test
  void theFiguresAreThoseOfTheNode() {
    Page page = chromium.open(node.port(), "/console/node", View.DESKTOP_LIGHT).page();
    assertThat(tile(page, "Connections")).hasText("1");
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(tile(page, "CPU, of " + cores * 100 + " %")).hasText(Pattern.compile("^\\d+ %$"));
    assertThat(tile(page, "GC, last minute")).hasText(Pattern.compile("^\\d+ ms$"));
    assertThat(row(page, "open")).hasText("open1");
    assertThat(row(page, "open: joined")).hasText("open: joined1");
    PhoenixSocket bob = PhoenixSocket.connect(node.port(), "/socket/chat/websocket?vsn=2.0.0");
    assertThat(row(page, "open: not joined")).hasText("open: not joined1");
    bob.abort();
    assertThat(row(page, "open: not joined")).hasText("open: not joined0");
    assertThat(row(page, "kind")).hasText("kindsqlite");
    assertThat(row(page, "entries since the start")).hasText("entries since the start300");
    assertThat(row(page, "entries that wait")).hasText("entries that wait0");
    long transactions = figure(page, "transactions since the start");
    assertThat(transactions).isPositive();
    // Transactions that register instances have no entries in them.
    double batch = Double.parseDouble(cell(page, "entries a transaction"));
    assertThat(batch).isCloseTo(300.0 / transactions, Percentage.withPercentage(10));
    assertThat(row(page, "time of a transaction")).hasText(Pattern.compile("[\\d.]+ (µs|ms)$"));
    assertThat(row(page, "transactions tried again")).hasText("transactions tried again0");
    ada.close();
    assertThat(row(page, "closed: client")).hasText("closed: client2");
    assertThat(tile(page, "Connections")).hasText("0");
  }

  private static com.microsoft.playwright.Locator tile(Page page, String name) {
    return page.locator(".tile:has(dt:text-is('" + name + "')) dd");
  }

  private static com.microsoft.playwright.Locator row(Page page, String name) {
    return page.locator("tr:has(th:text-is('" + name + "'))");
  }

  private static String cell(Page page, String name) {
    return row(page, name).locator("td").textContent();
  }

  private static long figure(Page page, String name) {
    return Long.parseLong(cell(page, name).replace(",", ""));
  }

  @Test
  void aNodeThatDrainsTellsConsolesToComeAgain() {
    assertThat(node.drain().run()).isTrue();
    assertThat(before.await("closed")).isEqualTo(1001);
  }
}
