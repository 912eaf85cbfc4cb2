package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Authority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who does not belong to a cluster gets nothing, and a node is told why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrangersIT {
  private static final int PORT = 14_102;
  private static final int SMALLEST = 1 << 20;
  private static final String[] ALL = {"127.0.18.11:14102", "127.0.18.12:14102"};

  private Path folder;
  private Authority ours;
  private Authority.Pair own;
  private MemberProcess member;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    ours = new Authority(folder, "ours");
    own = ours.sign("one");
    member = node("n1", "127.0.18.11").tls(own).with("frame", "" + SMALLEST).start();
  }

  @AfterAll
  void stop() {
    member.close();
  }

  private static MemberProcess.Builder node(String id, String host) {
    return new MemberProcess.Builder(id, host, PORT, ALL);
  }

  private static String refusal(MemberProcess.Builder node) {
    try (MemberProcess refused = node.launch()) {
      String why = refused.await(line -> line.startsWith("refused") || line.startsWith("up"));
      assertThat(why).startsWith("refused: ");
      assertThat(refused.exitCode()).isEqualTo(2);
      return why;
    }
  }

  @Test
  void aNodeWithACertificateOfAnotherAuthorityIsRefused() {
    Authority.Pair foreign = new Authority(folder, "theirs").sign("two");
    assertThat(refusal(node("n2", "127.0.18.12").tls(foreign)))
        .contains("none of the 1 other nodes of the cluster answers on the bus")
        .contains("cluster.tls_ca");
    assertThat(member.ask("n2")).startsWith("no answer");
  }

  @Test
  void aNodeWithoutTlsIsRefused() {
    assertThat(refusal(node("n2", "127.0.18.12"))).contains("(or none of them has TLS)");
    assertThat(member.ask("n2")).startsWith("no answer");
  }

  @Test
  void aNodeOfAnotherClusterSchemaOrStoreIsRefusedByName() {
    Authority.Pair pair = ours.sign("another");
    assertThat(refusal(node("n2", "127.0.18.12").tls(pair).with("name", "other")))
        .contains(
            "cluster.name is other, expected mycelium, the name of the cluster at 127.0.18.11");
    assertThat(refusal(node("n2", "127.0.18.12").tls(pair).with("member.schema", "2")))
        .contains("the schema of this node is 2, expected 1");
    assertThat(refusal(node("n2", "127.0.18.12").tls(pair).with("member.store", "t")))
        .contains("journal.url leads to the store t, expected s");
  }

  @Test
  void filesThatDoNotFitAreNamed() {
    Authority.Pair foreign = new Authority(folder, "third").sign("two");
    Authority.Pair mixed = new Authority.Pair(foreign.certificate(), foreign.key(), own.ca());
    assertThat(refusal(node("n2", "127.0.18.12").tls(mixed)))
        .contains("cluster.tls_certificate is the file " + foreign.certificate())
        .contains("from the authority in " + own.ca());
    Authority.Pair keyless = new Authority.Pair(own.certificate(), foreign.key(), own.ca());
    assertThat(refusal(node("n2", "127.0.18.12").tls(keyless)))
        .contains("cluster.tls_key is the file " + foreign.key());
  }

  @Test
  void aPortThatIsTakenAndAnAddressOfAnotherMachineAreNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.18.13"), PORT + 1));
      assertThat(refusal(node("n2", "127.0.18.13"))).contains("cluster.port is 14102, expected");
    }
    assertThat(refusal(node("n2", "192.0.2.1"))).contains("cluster.host is 192.0.2.1, expected");
  }

  /** A frame of the bus: its length, then a version and what else a message has. */
  @Test
  void whoHasNoCertificateGetsNothing() throws Exception {
    byte[] frame = {0, 0, 0, 4, 1, 1, 1, 1};
    try (Socket plain = new Socket("127.0.18.11", PORT)) {
      assertThat(answer(plain, frame)).isLessThan(64);
    }
    try (SSLSocket encrypted = (SSLSocket) connect()) {
      assertThat(answer(encrypted, frame)).isZero();
    }
  }

  private static Socket connect() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Credulous()}, null);
    return context.getSocketFactory().createSocket("127.0.18.11", PORT);
  }

  /** How many bytes come until the other ends the connection, which may be before all is sent. */
  private static int answer(Socket socket, byte[] frame) throws IOException {
    socket.setSoTimeout(20_000);
    int count = 0;
    try {
      socket.getOutputStream().write(frame);
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        count++;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException e) {
      // Ended by an alert or a reset.
    }
    return count;
  }

  @Test
  void aMessageAboveTheBoundEndsItsConnectionOnly() {
    try (MemberProcess other = node("n2", "127.0.18.12").tls(ours.sign("large")).start()) {
      other.awaitAnswerOf("n1");
      other.awaitAnswerOf("n1 " + (SMALLEST - 1000));
      assertThat(other.tell("ask n1 " + SMALLEST, line -> line.contains("answer")))
          .startsWith("no answer");
      other.awaitAnswerOf("n1");
      assertThat(member.log()).contains("expected at most 1048576 (cluster.max_frame_bytes)");
    }
  }

  @Test
  void aRenewedCertificateIsTakenWithoutARestart() throws Exception {
    Authority.Pair renewed = ours.sign("renewed");
    Files.copy(renewed.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(renewed.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
    String served = served();
    for (int i = 0; i < 200 && !served.equals("CN=renewed"); i++) {
      member.nodes();
      served = served();
    }
    assertThat(served).as(member.log()).isEqualTo("CN=renewed");
    try (MemberProcess other = node("n2", "127.0.18.12").tls(ours.sign("later")).start()) {
      other.awaitAnswerOf("n1");
      member.awaitAnswerOf("n2");
    }
  }

  private static String served() throws Exception {
    try (SSLSocket socket = (SSLSocket) connect()) {
      socket.startHandshake();
      X509Certificate first = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return first.getSubjectX500Principal().getName();
    }
  }

  /** Believes anybody: it is the other end that is tried. */
  private static final class Credulous implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return List.<X509Certificate>of().toArray(new X509Certificate[0]);
    }
  }
}
