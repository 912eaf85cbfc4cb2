package io.mycelium.cluster;

import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Asks the bus of a node as another node would, for {@code mycelium doctor}: by a handshake with
 * the cluster's certificates, and a ping. Joins nothing. Blocks, for two seconds at each step at
 * most; any thread.
 */
public final class BusProbe {
  private static final int PATIENCE_MS = 2000;
  private static final int PONG = 1;

  /** The type of a TLS record that refuses: what a bus with TLS says to a plain ping. */
  private static final int ALERT = 21;

  private final KeyManager[] keys;

  /** Null without TLS. */
  private final X509TrustManager authority;

  /** What was found at the other end. */
  public enum Kind {
    /** A bus that takes this node. */
    ANSWERS,
    /** Nothing takes the connection. */
    CLOSED,
    /** The connection is taken, and then nothing comes. */
    SILENT,
    /** Its certificate is not believed here. */
    STRANGER,
    /** This node's certificate is not believed there. */
    REFUSES,
    /** A bus without TLS, where this node has it. */
    PLAIN,
    /** TLS, where this node has none. */
    ENCRYPTED,
    /** Something else. */
    FOREIGN
  }

  /**
   * @param detail what the network or TLS said; empty if nothing
   * @param certificate of the other; null if none came
   */
  public record Heard(Kind kind, String detail, X509Certificate certificate) {}

  /**
   * Where a member's bus is.
   *
   * @param name as it was configured
   * @param address null if the name has none
   */
  public record Place(String name, InetAddress address, int port) {
    /** The engine's. */
    public int nextPort() {
      return port + 1;
    }

    /** With its address, if the name is not one already. */
    @Override
    public String toString() {
      String bus = name.replaceFirst(":\\d+$", "");
      return address == null || bus.replaceAll("[\\[\\]]", "").equals(address.getHostAddress())
          ? name
          : name + " (" + address.getHostAddress() + ")";
    }
  }

  private BusProbe(KeyManager[] keys, X509TrustManager authority) {
    this.keys = keys;
    this.authority = authority;
  }

  /** A bus without TLS; or, where the files of TLS are unusable, how far one gets without it. */
  public static BusProbe plain() {
    return new BusProbe(null, null);
  }

  /**
   * With the files of {@link ClusterConfig}.
   *
   * @param vertx to read PEM with
   * @throws Refusal that names the file and what was expected
   */
  public static BusProbe tls(Vertx vertx, ClusterConfig config) {
    BusFiles files = BusFiles.read(vertx, config);
    try {
      return new BusProbe(
          files.pair().getKeyManagerFactory(vertx).getKeyManagers(),
          (X509TrustManager) files.authority().getTrustManagerFactory(vertx).getTrustManagers()[0]);
    } catch (Exception e) {
      throw new IllegalStateException("the files were read and cannot be used", e);
    }
  }

  /**
   * This node's own certificate.
   *
   * @throws Refusal as {@link #tls}
   */
  public static X509Certificate certificate(Vertx vertx, ClusterConfig config) {
    return BusFiles.read(vertx, config).leaf();
  }

  /** All addresses of all members, this node too; looks names up. */
  public static List<Place> members(ClusterConfig config) {
    List<Place> places = new ArrayList<>();
    for (NodeAddress node : NodeAddress.named(config)) {
      try {
        for (InetAddress each : InetAddress.getAllByName(node.host())) {
          places.add(new Place(node.toString(), each, node.port()));
        }
      } catch (UnknownHostException e) {
        places.add(new Place(node.toString(), null, node.port()));
      }
    }
    return places;
  }

  public Heard ask(InetAddress host, int port) {
    InetSocketAddress to = new InetSocketAddress(host, port);
    return authority == null ? askPlainly(to) : askInTls(to);
  }

  private static Socket connect(InetSocketAddress to) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(to, PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Whether something takes connections there.
   *
   * @return why not; null if it does
   */
  public static String closed(InetAddress host, int port) {
    try (Socket open = connect(new InetSocketAddress(host, port))) {
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private Heard askInTls(InetSocketAddress to) {
    Witness witness = new Witness(authority);
    try (Socket tcp = connect(to)) {
      try (SSLSocket tls = wrap(tcp, to, keys, witness)) {
        return greet(tls, to, witness);
      }
    } catch (IOException e) {
      return new Heard(Kind.CLOSED, e.getMessage(), null);
    }
  }

  private Heard greet(SSLSocket tls, InetSocketAddress to, Witness witness) {
    boolean trusted = false;
    try {
      tls.startHandshake();
      trusted = true;
      int answer = ping(tls);
      Kind kind = answer == PONG ? Kind.ANSWERS : answer < 0 ? Kind.REFUSES : Kind.FOREIGN;
      return new Heard(kind, "", witness.seen);
    } catch (IOException e) {
      if (witness.doubt != null) {
        return new Heard(Kind.STRANGER, witness.doubt, witness.seen);
      }
      if (!trusted && witness.seen == null) {
        Heard plainly = askPlainly(to);
        if (plainly.kind == Kind.ANSWERS) {
          return new Heard(Kind.PLAIN, "", null);
        }
      }
      boolean late = e instanceof SocketTimeoutException;
      Kind kind = late ? Kind.SILENT : witness.seen == null ? Kind.FOREIGN : Kind.REFUSES;
      return new Heard(kind, late ? "" : e.getMessage(), witness.seen);
    }
  }

  private static Heard askPlainly(InetSocketAddress to) {
    boolean late = false;
    String detail = "";
    try (Socket tcp = connect(to)) {
      try {
        int answer = ping(tcp);
        if (answer == PONG) {
          return new Heard(Kind.ANSWERS, "", null);
        }
        if (answer == ALERT) {
          return new Heard(Kind.ENCRYPTED, "", null);
        }
      } catch (SocketTimeoutException e) {
        late = true;
      } catch (IOException e) {
        detail = e.getMessage();
      }
    } catch (IOException e) {
      return new Heard(Kind.CLOSED, e.getMessage(), null);
    }
    X509Certificate certificate = certificateAt(to);
    if (certificate != null) {
      return new Heard(Kind.ENCRYPTED, "", certificate);
    }
    return new Heard(late ? Kind.SILENT : Kind.FOREIGN, detail, null);
  }

  /** Of whoever speaks TLS there, believed or not; null if nobody does. */
  private static X509Certificate certificateAt(InetSocketAddress to) {
    Witness witness = new Witness(null);
    try (Socket tcp = connect(to);
        SSLSocket tls = wrap(tcp, to, null, witness)) {
      tls.startHandshake();
    } catch (IOException e) {
      // It may have come nevertheless.
    }
    return witness.seen;
  }

  private static SSLSocket wrap(Socket tcp, InetSocketAddress to, KeyManager[] keys, Witness trust)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, new TrustManager[] {trust}, null);
      SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(tcp, to.getHostString(), to.getPort(), true);
      tls.setEnabledProtocols(BusFiles.PROTOCOLS.toArray(String[]::new));
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first byte of the answer, -1 if the other ends the connection. */
  private static int ping(Socket bus) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(frame);
    byte[] address = "__vertx_ping".getBytes(StandardCharsets.US_ASCII);
    byte[] sender = "doctor".getBytes(StandardCharsets.US_ASCII);
    // Version 2 of Vert.x's wire format, its codec of pings, a message to one; no headers, no body.
    out.write(new byte[] {2, 1, 0});
    out.writeInt(address.length);
    out.write(address);
    out.writeInt(0);
    out.writeInt(sender.length);
    out.write(sender);
    out.writeInt(4);
    DataOutputStream to = new DataOutputStream(bus.getOutputStream());
    to.writeInt(frame.size());
    to.write(frame.toByteArray());
    to.flush();
    return bus.getInputStream().read();
  }

  /** Believes whom the authority believes, and remembers whom it saw. */
  private static final class Witness implements X509TrustManager {
    /** Null to believe anybody. */
    private final X509TrustManager authority;

    private X509Certificate seen;
    private String doubt;

    Witness(X509TrustManager authority) {
      this.authority = authority;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("this end is no server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      seen = chain[0];
      if (authority != null) {
        try {
          authority.checkServerTrusted(chain, type);
        } catch (CertificateException e) {
          doubt = e.getMessage();
          throw e;
        }
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return authority == null ? new X509Certificate[0] : authority.getAcceptedIssuers();
    }
  }
}
