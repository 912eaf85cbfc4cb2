package io.mycelium.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ScreenshotAnimations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** One page of one user, and all that went wrong in it. */
public final class Window {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  /** axe's impacts that a page of ours may not have. */
  private static final Set<String> SERIOUS = Set.of("serious", "critical");

  /** Else axe describes every element that passed as well. */
  private static final AxeRunOptions VIOLATIONS = new AxeRunOptions();

  static {
    VIOLATIONS.setResultTypes(List.of("violations"));
  }

  private final Page page;
  private final String origin;
  private final View view;
  private final List<String> faults = new ArrayList<>();
  private Predicate<String> expected = fault -> false;

  Window(Page page, String origin, View view) {
    this.page = page;
    this.origin = origin;
    this.view = view;
    page.onConsoleMessage(this::onConsole);
    page.onPageError(error -> fault("uncaught: " + error));
    page.onRequest(request -> onAddress(request.url()));
    page.onRequestFailed(
        request -> fault("request failed: " + request.url() + " " + request.failure()));
    page.onResponse(
        response -> {
          if (response.status() >= 400) {
            fault("status " + response.status() + ": " + response.url());
          }
        });
    page.onWebSocket(socket -> onAddress(socket.url().replaceFirst("^ws", "http")));
  }

  /** The console has what breaks the content security policy, too. */
  private void onConsole(ConsoleMessage message) {
    if (message.type().equals("error") || message.type().equals("warning")) {
      fault("console " + message.type() + ": " + message.text() + " " + message.location());
    }
  }

  private void onAddress(String url) {
    if (!url.startsWith(origin + "/") && !url.startsWith("data:") && !url.startsWith("blob:")) {
      fault("request to the outside: " + url);
    }
  }

  private void fault(String text) {
    faults.add(view + " " + page.url() + " " + text);
  }

  /** Playwright's page, for all that a user may do. */
  public Page page() {
    return page;
  }

  public void go(String path) {
    page.navigate(origin + path);
  }

  /**
   * What has gone wrong so far and was not {@link #expect expected}: errors and warnings on the
   * console (breaches of the content security policy are among them), uncaught errors, failed
   * requests, answers from 400 on, requests to anything but this node.
   */
  public List<String> faults() {
    if (!page.isClosed()) {
      // Events come in during calls: this one brings what is on its way.
      page.evaluate("1");
    }
    return faults.stream().filter(expected.negate()).toList();
  }

  /** Faults that match belong to the test, such as refused connections to a node that is away. */
  public Window expect(String regex) {
    expected = expected.or(Pattern.compile(regex).asPredicate());
    return this;
  }

  /** {@code target/screenshots/<name>-desktop-light.png}, of all the page. */
  public Path screenshot(String name) {
    Path file = SCREENSHOTS.resolve(name + "-" + view.suffix() + ".png");
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(file)
            .setFullPage(true)
            .setAnimations(ScreenshotAnimations.DISABLED));
    return file;
  }

  /**
   * axe-core finds nothing serious or critical in the page as it is now. In its legacy mode it
   * looks at the page where it is: no page of ours has a frame of another origin, for whose sake it
   * would else hand all that it found to a second page, which takes several times as long.
   */
  public void isAccessible() {
    List<String> violations =
        new AxeBuilder(page)
            .options(VIOLATIONS).setLegacyMode(true).analyze().getViolations().stream()
                .filter(rule -> SERIOUS.contains(rule.getImpact()))
                .map(Window::describe)
                .toList();
    assertThat(violations).as(view + " " + page.url()).isEmpty();
  }

  private static String describe(Rule rule) {
    return rule.getId()
        + ": "
        + rule.getHelp()
        + rule.getNodes().stream().map(node -> "\n  " + node.getHtml()).toList();
  }

  /** Nothing is wider than the window, so that nobody has to scroll sideways. */
  public void hasNoHorizontalScroll() {
    int hidden =
        (int)
            page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assertThat(hidden).as("pixels to the right of the window, " + view + " " + page.url()).isZero();
  }

  void close() {
    page.context().close();
  }
}
