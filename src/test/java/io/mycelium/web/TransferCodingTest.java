package io.mycelium.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request has one end, for a proxy in front and for the server alike: two that disagree on it can
 * be made to take a body for the next request (request smuggling). And one protocol: HTTP/1.1.
 */
class TransferCodingTest {
  private static final String BODY = "{\"type\":\"accumulative\"}";
  private static final String CHUNKS =
      Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";

  /** What a smuggler hides behind a body; nobody may do it. */
  private static final String SMUGGLED =
      "PUT /api/v1/instances/x/rooms/smuggled HTTP/1.1\r\nHost: localhost\r\n"
          + "Content-Type: application/json\r\n"
          + "Content-Length: 2\r\nConnection: close\r\n\r\n{}";

  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.start();
    node.create("{'id':'x','type':'accumulative'}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"chunked", "Chunked", " chunked "})
  void chunkedIsTaken(String coding) throws IOException {
    String answer = answer(post("1.1", "Transfer-Encoding: " + coding) + CHUNKS + SMUGGLED);
    assertThat(answer).startsWith("HTTP/1.1 201 ");
    assertThat(answer).as("the request behind it is one").contains("smuggled");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: chunked, xchunked",
        "Transfer-Encoding: xchunked, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding:",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked\r\nContent-Length: 23"
      })
  void anyOtherCodingIsRefusedAndNothingBehindItIsRead(String header) throws IOException {
    String answer = answer(post("1.1", header) + CHUNKS + SMUGGLED);
    assertThat(answer).matches("(?s)HTTP/1.1 (400|501) .*");
    assertThat(answer).contains("application/problem+json");
    assertNothingWasSmuggled();
  }

  @Test
  void theRefusalNamesTheCoding() throws IOException {
    assertThat(answer(post("1.1", "Transfer-Encoding: gzip, chunked") + CHUNKS))
        .startsWith("HTTP/1.1 501 ")
        .contains("\"gzip, chunked\"")
        .contains("chunked, or none");
  }

  @Test
  void aLengthBesidesChunksIsRefused() throws IOException {
    String header = "Content-Length: 5\r\nTransfer-Encoding: chunked";
    assertThat(answer(post("1.1", header) + CHUNKS + SMUGGLED)).startsWith("HTTP/1.1 400 ");
    assertNothingWasSmuggled();
  }

  @Test
  void httpOneZeroHasNoChunks() throws IOException {
    String answer = answer(post("1.0", "Transfer-Encoding: chunked") + CHUNKS + SMUGGLED);
    assertThat(answer).matches("(?s)HTTP/1.[01] (400|501) .*");
    assertNothingWasSmuggled();
  }

  @Test
  void anUpgradeToHttpTwoInClearTextIsNotMade() throws IOException {
    String head =
        "GET /api/v1/instances HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n";
    assertThat(answer(head + SMUGGLED)).startsWith("HTTP/1.1 200 ").doesNotContain(" 101 ");
  }

  @Test
  void prefaceOfHttpTwoIsNoRequest() throws IOException {
    String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    String emptySettings = "\0\0\0\4\0\0\0\0\0";
    assertThat(answer(preface + emptySettings)).matches("(?s)HTTP/2.0 501 .*");
  }

  private void assertNothingWasSmuggled() {
    assertThat(TestNode.await(node.directory().get("x")).encode()).doesNotContain("smuggled");
  }

  private static String post(String version, String header) {
    return "POST /api/v1/instances HTTP/"
        + version
        + "\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + header
        + "\r\n\r\n";
  }

  /** All that the server says until it ends the connection. */
  private String answer(String bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
