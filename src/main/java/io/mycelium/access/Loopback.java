package io.mycelium.access;

import java.util.regex.Pattern;

/** The host names that mean this machine whatever the DNS says. */
public final class Loopback {
  private static final Pattern NAME =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1|\\[::1\\]", Pattern.CASE_INSENSITIVE);

  private Loopback() {}

  /**
   * @param host a name or an address without a port; an IPv6 address may stand in brackets
   */
  public static boolean isName(String host) {
    return NAME.matcher(host).matches();
  }
}
