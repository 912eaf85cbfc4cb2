package io.mycelium.journal.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real PostgreSQL in a temporary folder, on a loopback port that stays the same over restarts.
 * Needs Linux on amd64.
 */
public final class Postgres implements AutoCloseable {
  public static final String USER = "mycelium";
  public static final String PASSWORD = "correct-horse-battery";

  /** A start on a machine that is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** Started by the first test that asks. */
  private static final class Shared {
    private static final Postgres SERVER = start();
  }

  private final PostgresBinaries binaries;
  private final Path home;
  private final int port;
  private final List<String> settings;

  /** That it listens on beside the loopback one; null for none. */
  private final String address;

  private Process server;

  private Postgres(
      PostgresBinaries binaries, Path home, int port, List<String> settings, String address) {
    this.binaries = binaries;
    this.home = home;
    this.port = port;
    this.settings = settings;
    this.address = address;
  }

  /**
   * The one server of this JVM, whose tests come one after the other: each leaves it running. It
   * stops with the JVM.
   */
  public static Postgres shared() {
    return Shared.SERVER;
  }

  /**
   * A server of the caller's own.
   *
   * @param settings besides the usual ones and stronger, such as {@code shared_buffers=1GB}
   */
  public static Postgres start(String... settings) {
    return start(List.of(settings), null);
  }

  /** One that listens on another address of this machine too, whose network may connect. */
  public static Postgres startAt(String address) {
    return start(List.of(), address);
  }

  private static Postgres start(List<String> settings, String address) {
    try {
      PostgresBinaries binaries = PostgresBinaries.unpacked();
      Path home = Files.createTempDirectory("mycelium-postgres-data-");
      Postgres postgres = new Postgres(binaries, home, freePort(), settings, address);
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
      postgres.initialize();
      postgres.launch();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A server that follows this one, and that its commits wait for from now on, so that nothing is
   * lost with this one.
   */
  public Postgres standby() {
    try (Connection connection = admin();
        Statement sql = connection.createStatement()) {
      Path copy = Files.createTempDirectory("mycelium-postgres-data-");
      Postgres standby = new Postgres(binaries, copy, freePort(), settings, null);
      Runtime.getRuntime().addShutdownHook(new Thread(standby::close));
      sql.execute("SELECT pg_backup_start('standby', true)");
      PostgresBinaries.copy(data(), standby.data());
      try (ResultSet row = sql.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        row.next();
        Files.writeString(standby.data().resolve("backup_label"), row.getString(1));
      }
      Files.createFile(standby.data().resolve("standby.signal"));
      Files.writeString(
          standby.data().resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'\n"
              .formatted(port, USER, PASSWORD));
      PostgresBinaries.give(copy);
      standby.launch();
      sql.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
      sql.execute("SELECT pg_reload_conf()");
      return standby;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The folder of {@code initdb} and {@code postgres}. */
  public static Path programs() {
    try {
      return PostgresBinaries.unpacked().programs();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void initialize() throws IOException {
    Path password = home.resolve("password");
    Files.writeString(password, PASSWORD);
    PostgresBinaries.give(home);
    Process initdb =
        binaries.run(
            log(),
            "initdb",
            List.of(
                "--pgdata=" + data(),
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync"));
    if (PostgresBinaries.exitOf(initdb) != 0) {
      throw new IOException("initdb failed: " + Files.readString(log()));
    }
    if (address != null) {
      Files.writeString(
          data().resolve("pg_hba.conf"),
          "host all all " + address + "/24 scram-sha-256\n",
          StandardOpenOption.APPEND);
    }
  }

  private Path data() {
    return home.resolve("data");
  }

  private Path log() {
    return home.resolve("log");
  }

  /** Starts the server again, on the same data and port, and waits until it answers. */
  public synchronized void launch() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    SQLException last = null;
    while (System.nanoTime() < deadline) {
      // The leftovers of a killed server may delay its successor for a moment.
      if (server == null || !server.isAlive()) {
        server = spawn();
      }
      try (Connection connection = admin()) {
        if (connection.isValid(1)) {
          return;
        }
      } catch (SQLException e) {
        last = e;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    throw new AssertionError(
        "PostgreSQL did not start within " + PATIENCE + ", see " + log(), last);
  }

  private Process spawn() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1" + (address == null ? "" : "," + address),
                "-c",
                "unix_socket_directories=",
                "-c",
                "shared_buffers=32MB",
                "-c",
                "max_connections=60"));
    settings.forEach(each -> arguments.addAll(List.of("-c", each)));
    try {
      return binaries.run(log(), "postgres", arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Connection admin() throws SQLException {
    return DriverManager.getConnection(url("postgres"), USER, PASSWORD);
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** The URL of a database with nothing in it, with user and password. */
  public String newDatabase() {
    String name = "store" + DATABASES.incrementAndGet();
    sql("CREATE DATABASE " + name);
    return url(name) + "?user=" + USER + "&password=" + PASSWORD;
  }

  /** The same URL for who reaches the server at its other address only. */
  public String fromOutside(String url) {
    return url.replaceFirst("//127\\.0\\.0\\.1:", "//" + address + ":");
  }

  /** The same URL, where the second server is asked if the first does not answer. */
  public static String withSecondHost(String url, Postgres second) {
    return url.replaceFirst("(//[^/]*)/", "$1,127.0.0.1:" + second.port + "/");
  }

  /** Runs a statement as the administrator. */
  public void sql(String statement) {
    try (Connection connection = admin();
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  /** Ends all sessions and stops, as an administrator does. */
  public synchronized void stop() {
    signal("INT", Stream.of(server.toHandle()));
    PostgresBinaries.exitOf(server);
  }

  /** Kills every process of it at once. */
  public synchronized void kill() {
    signal("KILL", processes());
    PostgresBinaries.exitOf(server);
  }

  /** Freezes the server: it accepts connections and answers nothing. */
  public synchronized void freeze() {
    signal("STOP", processes());
  }

  /** Resumes the server. */
  public synchronized void thaw() {
    signal("CONT", processes());
  }

  /** What its processes have used of all cores, of those that are still there. */
  public synchronized long cpuMillis() {
    return processes()
        .mapToLong(each -> each.info().totalCpuDuration().map(Duration::toMillis).orElse(0L))
        .sum();
  }

  /** Its log so far. */
  public String logged() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Stream<ProcessHandle> processes() {
    return Stream.concat(Stream.of(server.toHandle()), server.descendants());
  }

  private static void signal(String name, Stream<ProcessHandle> to) {
    String pids =
        to.filter(ProcessHandle::isAlive)
            .map(each -> Long.toString(each.pid()))
            .collect(Collectors.joining(" "));
    try {
      // A process may be gone by now.
      PostgresBinaries.exitOf(
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + pids)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it and removes its data. */
  @Override
  public synchronized void close() {
    if (server != null) {
      kill();
    }
    try {
      if (Files.exists(home)) {
        PostgresBinaries.delete(home);
      }
    } catch (IOException | UncheckedIOException e) {
      // Its last process may still write; the folder is the system's to clean then.
      home.toFile().deleteOnExit();
    }
  }
}
