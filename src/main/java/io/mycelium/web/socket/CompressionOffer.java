package io.mycelium.web.socket;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client offers as {@code Sec-WebSocket-Extensions}, and the answer to it (RFC 7692 section
 * 7.1): no message refers to one before it, either way, whatever was offered. So a compressed
 * message is the same for every socket, and nothing is kept for one.
 */
final class CompressionOffer {
  private static final String NAME = "permessage-deflate";
  private static final String ANSWER =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  /** The window of all our messages: 32 KiB. */
  private static final String WINDOW = "server_max_window_bits=15";

  private static final Pattern SERVER_WINDOW = Pattern.compile("server_max_window_bits=(\"?)15\\1");
  private static final Pattern OTHERS =
      Pattern.compile(
          "(server_no_context_takeover|client_no_context_takeover"
              + "|client_max_window_bits(=(\"?)([89]|1[0-5])\\3)?)");

  /** A header's offers are few and short. */
  private static final int LONGEST = 1024;

  private CompressionOffer() {}

  /**
   * The answer to the first offer that can be met; null if there is none.
   *
   * @param headers of {@code Sec-WebSocket-Extensions}, as they came
   */
  static String answer(List<String> headers) {
    for (String header : headers) {
      for (String offer : header.length() > LONGEST ? new String[0] : header.split(",")) {
        String answer = answer(offer.toLowerCase(Locale.ROOT).split(";", -1));
        if (answer != null) {
          return answer;
        }
      }
    }
    return null;
  }

  /** A parameter that is unknown, comes twice or cannot be met declines the offer. */
  private static String answer(String[] offer) {
    if (!offer[0].strip().equals(NAME)) {
      return null;
    }
    Set<String> names = new HashSet<>();
    String answer = ANSWER;
    for (int i = 1; i < offer.length; i++) {
      String parameter = offer[i].strip().replaceFirst("\\s*=\\s*", "=");
      Matcher window = SERVER_WINDOW.matcher(parameter);
      boolean known = window.matches() || OTHERS.matcher(parameter).matches();
      if (!known || !names.add(parameter.split("=")[0])) {
        return null;
      }
      if (window.matches()) {
        answer = ANSWER + "; " + WINDOW;
      }
    }
    return answer;
  }
}
