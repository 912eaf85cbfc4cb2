package io.mycelium.journal.jdbc;

import io.mycelium.journal.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Ensures that one server at a time uses a database. The operating system or the database releases
 * the lock when the server dies, in whatever way.
 */
interface StoreLock extends AutoCloseable {
  /** An arbitrary number: "mycelium" in ASCII. */
  long ADVISORY = 0x6d7963656c69756dL;

  /** SQL state of the failure if another server holds the lock. */
  String HELD = "55P03";

  /**
   * Acquires a lock that is held as long as the connection is open.
   *
   * @throws SQLException if another server holds it
   */
  void hold(Connection writer) throws SQLException;

  @Override
  void close();

  /** A lock file beside a SQLite database. */
  static StoreLock ofFile(Path database) {
    Path file = database.resolveSibling(database.getFileName() + ".lock");
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String other = pid(channel);
        channel.close();
        throw new StoreException(
            "journal.url: "
                + database
                + " is in use by another server (process "
                + other
                + ", which holds "
                + file
                + "): stop it, or give this one another file",
            null);
      }
      write(channel);
      return new OfFile(channel);
    } catch (IOException e) {
      throw new StoreException(
          "journal.url: " + file + " cannot be written: make its folder writable, or name another",
          e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String pid(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).trim();
  }

  private static void write(FileChannel channel) throws IOException {
    String pid = Long.toString(ProcessHandle.current().pid());
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
  }

  /** The file's channel has the lock. */
  record OfFile(FileChannel channel) implements StoreLock {
    @Override
    public void hold(Connection writer) {}

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // then the lock is released with the process
      }
    }
  }

  /**
   * An advisory lock of PostgreSQL, held by the writer's session.
   *
   * @param shared whether by all nodes of a cluster at once
   */
  record Advisory(boolean shared) implements StoreLock {
    private static final String HOLDER =
        "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            + " AND classid = "
            + (ADVISORY >> 32)
            + " AND objid = "
            + (ADVISORY & 0xffffffffL)
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @Override
    public void hold(Connection writer) throws SQLException {
      String lock = shared ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
      try (Statement statement = writer.createStatement()) {
        boolean held;
        try (ResultSet row = statement.executeQuery("SELECT " + lock + "(" + ADVISORY + ")")) {
          held = row.next() && row.getBoolean(1);
        }
        if (!held) {
          throw new SQLException(refusal(statement), HELD);
        }
      }
    }

    /** How the lock is held: {@code ShareLock} by a cluster; null if nobody holds it. */
    static String mode(Statement statement) throws SQLException {
      try (ResultSet row = statement.executeQuery(HOLDER)) {
        return row.next() ? row.getString(1) : null;
      }
    }

    /** Says who uses the database, and what to do. */
    private String refusal(Statement statement) throws SQLException {
      boolean cluster = "ShareLock".equals(mode(statement));
      if (shared) {
        return "in use by a server that is in no cluster: stop it, or start it with cluster.enabled"
            + " too, or give this one another database";
      }
      return cluster
          ? "in use by a cluster: join it with cluster.enabled, or stop all its nodes, or give this"
              + " server another database"
          : "in use by another server: stop it, or give this one another database";
    }

    @Override
    public void close() {}
  }
}
