package io.mycelium.web.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.Tokens;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A token is in no log, wherever it came, however much is logged and whatever became of it. */
class TokenLogTest {
  @Test
  void tokensAreNotInTheLogOfAProcessThatLogsEverything() {
    Map<String, String> environment =
        Map.of(
            "MYCELIUM_JOURNAL_URL",
            "memory:",
            "MYCELIUM_ACCESS_MODE",
            "required",
            "MYCELIUM_ACCESS_SECRET",
            Tokens.SECRET,
            "MYCELIUM_OPS_LOG_LEVEL",
            "trace");
    try (Tokens tokens = new Tokens();
        ServerProcess server = ServerProcess.start(environment)) {
      String token = tokens.user("ada");
      String offered =
          Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(US_ASCII));
      String protocol = "Sec-WebSocket-Protocol: base64url.bearer.phx." + offered;
      String[] heads = {
        RawSocket.upgrade("/socket/none/websocket?vsn=2.0.0&token=" + token),
        RawSocket.upgrade("/socket/none/websocket?vsn=3&token=" + token),
        RawSocket.upgrade("/socket/none?token=" + token).replace("\r\n\r\n", "\r\nX: y\r\n\r\n"),
        RawSocket.upgrade("/socket/none?vsn=2.0.0")
            .replace("\r\n\r\n", "\r\n" + protocol + "\r\n\r\n"),
        "GET /api/v1/instances?token=" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/types HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + token
            + "\r\n\r\n"
      };
      for (String head : heads) {
        try (RawSocket socket = RawSocket.tcp(server.port())) {
          assertThat(socket.request(head)).startsWith("HTTP/1.1 ");
        }
      }
      String log = server.log();
      assertThat(log).contains("DEBUG");
      assertThat(log.lines().filter(line -> line.contains(token) || line.contains(offered)))
          .isEmpty();
    }
  }
}
