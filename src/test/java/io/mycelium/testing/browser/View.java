package io.mycelium.testing.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;

/** The looks that a page must have: two sizes, two colour schemes. */
public enum View {
  DESKTOP_LIGHT(1280, 800, ColorScheme.LIGHT),
  DESKTOP_DARK(1280, 800, ColorScheme.DARK),
  PHONE_LIGHT(390, 844, ColorScheme.LIGHT),
  PHONE_DARK(390, 844, ColorScheme.DARK);

  private final int width;
  private final int height;
  private final ColorScheme scheme;

  View(int width, int height, ColorScheme scheme) {
    this.width = width;
    this.height = height;
    this.scheme = scheme;
  }

  boolean isPhone() {
    return width < 600;
  }

  Browser.NewContextOptions options() {
    return new Browser.NewContextOptions()
        .setViewportSize(width, height)
        .setColorScheme(scheme)
        .setIsMobile(isPhone())
        .setHasTouch(isPhone());
  }

  /** The end of a screenshot's file name: {@code desktop-light}. */
  String suffix() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
