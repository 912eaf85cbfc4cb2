package io.mycelium.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.mycelium.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The machine's Chromium, headless: one for all tests, with a profile of its own for each window.
 *
 * <pre>{@code
 * @RegisterExtension final Chromium chromium = new Chromium();
 *
 * Window ada = chromium.open(node.port(), "/demo/chat", View.DESKTOP_LIGHT);
 * ada.page().getByLabel("Message").fill("hi");
 * }</pre>
 *
 * <p>Right after the test's own code, and before {@code @AfterEach}, every window must be free of
 * faults (see {@link Window#faults}), and is closed; so a node belongs into a field that
 * {@code @AfterEach} closes. If the test failed, {@code target/screenshots/failed} shows what its
 * windows looked like. The program is {@code -Dmycelium.chromium}, else {@code /usr/bin/chromium};
 * without it the test fails.
 */
public final class Chromium implements BeforeEachCallback, AfterTestExecutionCallback {
  private static final Path PROGRAM =
      Path.of(System.getProperty("mycelium.chromium", "/usr/bin/chromium"));

  /** The last one keeps the browser itself from looking up anything but this machine. */
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");

  private final List<Window> windows = new ArrayList<>();
  private Browser browser;

  /** Lives until the last test of the JVM has ended. */
  private record Shared(Playwright playwright, Browser browser) implements AutoCloseable {

    static Shared launch() {
      if (!Files.isExecutable(PROGRAM)) {
        fail("there is no %s: run `apt-get install chromium`, see .ci/run", PROGRAM);
      }
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      return new Shared(
          playwright,
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(PROGRAM)
                      .setHeadless(true)
                      .setArgs(FLAGS)));
    }

    @Override
    public void close() {
      playwright.close();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    PlaywrightAssertions.setDefaultAssertionTimeout(TestNode.PATIENCE.toMillis());
    browser =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(Chromium.class))
            .computeIfAbsent(Shared.class, key -> Shared.launch(), Shared.class)
            .browser();
  }

  /** A window of a user who was never here before, once the page has loaded. */
  public Window open(int port, String path, View view) {
    String origin = "http://127.0.0.1:" + port;
    BrowserContext context = browser.newContext(view.options());
    context.setDefaultTimeout(TestNode.PATIENCE.toMillis());
    Window window = new Window(context.newPage(), origin, view);
    windows.add(window);
    window.go(path);
    return window;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    boolean failed = context.getExecutionException().isPresent();
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      if (failed) {
        windows.get(i).screenshot("failed/" + context.getRequiredTestMethod().getName() + "-" + i);
      }
      faults.addAll(windows.get(i).faults());
    }
    windows.forEach(Window::close);
    windows.clear();
    if (failed) {
      faults.forEach(
          fault -> context.getExecutionException().get().addSuppressed(new AssertionError(fault)));
    } else {
      assertThat(faults).as("what went wrong in the browser").isEmpty();
    }
  }
}
