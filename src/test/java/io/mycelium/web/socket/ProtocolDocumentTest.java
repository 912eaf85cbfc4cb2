package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Plays {@code docs/protocol.md} from top to bottom, in the notation that the page explains, and
 * the README's frames.
 */
class ProtocolDocumentTest {
  private static final Pattern BLOCK =
      Pattern.compile("```(json|frames)\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("<(\\w+)>");
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int SPREAD_MS = 1000;

  private final Map<String, PhoenixSocket> clients = new HashMap<>();
  private final Map<String, String> early = new HashMap<>();
  private final Map<String, String> values = new HashMap<>();

  @Test
  void eachFrameOfTheDocumentIsWhatANodeTakesAndSends() throws IOException {
    String document = Files.readString(Path.of("docs", "protocol.md"));
    List<MatchResult> blocks = BLOCK.matcher(document).results().toList();
    assertThat(blocks).hasSizeGreaterThan(10);
    try (TestNode node = TestNode.start()) {
      for (MatchResult block : blocks) {
        block
            .group(2)
            .lines()
            .forEach(
                line -> {
                  if (block.group(1).equals("json")) {
                    node.create(line);
                  } else {
                    play(node, line);
                  }
                });
      }
    }
  }

  /**
   * The README's frames leave out the presence messages between them, and show a real epoch and
   * time.
   */
  @Test
  void theFramesOfTheReadmeAreWhatANodeTakesAndSends() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String url = first("`ws://localhost:4000(/socket/\\S+)`", readme);
    List<String> lines =
        first("```\n(→.*?)```", readme)
            .replaceAll("\"epoch\":\"\\w+\"", "\"epoch\":\"<epoch>\"")
            .replaceAll("\"at\":\\d+", "\"at\":<at>")
            .lines()
            .toList();
    assertThat(lines).hasSize(5);
    try (TestNode node = TestNode.start()) {
      node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
      PhoenixSocket ada = PhoenixSocket.connect(node.port(), url);
      for (String line : lines) {
        String frame = line.substring(2);
        if (line.startsWith("→ ")) {
          ada.send(frame);
        } else {
          ada.await(found -> matches(frame, text(found)));
        }
      }
    }
  }

  private static String first(String pattern, String document) {
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(document);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  private void play(TestNode node, String line) {
    String[] words = line.split(" ", 3);
    if (line.equals("the node drains")) {
      node.drain(SPREAD_MS);
    } else if (words[1].equals("connect")) {
      clients.put(words[0], PhoenixSocket.connect(node.port(), words[2]));
    } else if (words[1].equals("→")) {
      send(clients.get(words[0]), words[2]);
    } else {
      assertThat(words[1]).as(line).isEqualTo("←");
      expect(words[0], words[2], line);
    }
  }

  private void send(PhoenixSocket client, String frame) {
    if (frame.startsWith("hex ")) {
      client.sendBinary(HEX.parseHex(frame.substring(4)));
    } else {
      client.send(NAME.matcher(frame).replaceAll(name -> values.get(name.group(1))));
    }
  }

  private static String text(PhoenixSocket.Frame frame) {
    if (frame instanceof PhoenixSocket.Text text) {
      return text.text();
    }
    if (frame instanceof PhoenixSocket.Binary binary) {
      return "hex " + HEX.formatHex(binary.bytes());
    }
    PhoenixSocket.Closed closed = (PhoenixSocket.Closed) frame;
    return "close " + closed.code() + " " + closed.reason();
  }

  /** The next frame, or the one after it if a push's reply and its broadcast changed places. */
  private void expect(String client, String wanted, String line) {
    String found = early.remove(client);
    if (found == null) {
      found = text(clients.get(client).next());
      if (!matches(wanted, found) && found.contains("phx_reply") != wanted.contains("phx_reply")) {
        early.put(client, found);
        found = text(clients.get(client).next());
      }
    }
    assertThat(matches(wanted, found)).as("%s%n  but got%n%s", line, found).isTrue();
  }

  /** Compares byte by byte, except for the values that differ from run to run. */
  private boolean matches(String wanted, String found) {
    StringBuilder regex = new StringBuilder();
    Matcher names = NAME.matcher(wanted);
    int from = 0;
    while (names.find()) {
      regex.append(Pattern.quote(wanted.substring(from, names.start())));
      String value = values.get(names.group(1));
      boolean isNew = value == null && regex.indexOf("(?<" + names.group(1) + ">") < 0;
      regex.append(
          value != null
              ? Pattern.quote(value)
              : isNew ? "(?<" + names.group(1) + ">[^\"]+?)" : "\\k<" + names.group(1) + ">");
      from = names.end();
    }
    regex.append(Pattern.quote(wanted.substring(from)));
    Matcher matcher = Pattern.compile(regex.toString()).matcher(found);
    if (!matcher.matches()) {
      return false;
    }
    NAME.matcher(wanted)
        .results()
        .map(name -> name.group(1))
        .filter(name -> !name.equals("message"))
        .forEach(name -> values.computeIfAbsent(name, key -> matcher.group(key)));
    return true;
  }
}
