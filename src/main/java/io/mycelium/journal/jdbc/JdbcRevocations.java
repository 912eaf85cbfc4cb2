package io.mycelium.journal.jdbc;

import io.mycelium.journal.RevocationStore;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Revocations in a database; an empty text stands for none, since a key may not be null. */
final class JdbcRevocations implements RevocationStore {
  private static final String COUNT = "SELECT count(*) FROM revocations";
  private static final String SAME = " WHERE tenant = ? AND token = ? AND usr = ?";
  private static final String STRONGER = " AND issued_before >= ? AND until >= ?";
  private static final String WEAKER = " AND issued_before <= ? AND until <= ?";

  private final Writer writer;
  private final Reader reader;

  JdbcRevocations(Writer writer, Reader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public Future<List<Revoked>> load() {
    return reader.read(
        connection -> {
          List<Revoked> found = new ArrayList<>();
          try (Statement select = connection.createStatement();
              ResultSet row =
                  select.executeQuery(
                      "SELECT tenant, token, usr, issued_before, until FROM revocations")) {
            while (row.next()) {
              found.add(
                  new Revoked(
                      back(row.getString(1)),
                      back(row.getString(2)),
                      back(row.getString(3)),
                      row.getLong(4),
                      row.getLong(5)));
            }
          }
          return found;
        });
  }

  @Override
  public Future<Boolean> add(Revoked revoked, int max) {
    Object[] rule = {
      text(revoked.tenant()),
      text(revoked.token()),
      text(revoked.user()),
      revoked.issuedBefore(),
      revoked.until()
    };
    return write(
        transaction -> {
          if (transaction.number(0, COUNT + SAME + STRONGER, rule) > 0) {
            return true;
          }
          long replaced = transaction.number(0, COUNT + SAME + WEAKER, rule);
          if (transaction.number(0, COUNT) - replaced >= max) {
            return false;
          }
          transaction.update("DELETE FROM revocations" + SAME + WEAKER, rule);
          transaction.update(
              "INSERT INTO revocations (tenant, token, usr, issued_before, until)"
                  + " VALUES (?, ?, ?, ?, ?)",
              rule);
          return true;
        });
  }

  @Override
  public Future<Void> removeExpired(long now) {
    return write(
        transaction -> {
          transaction.update("DELETE FROM revocations WHERE until <= ?", now);
          return null;
        });
  }

  private static String text(String text) {
    return text == null ? "" : StoredText.of(text);
  }

  private static String back(String stored) {
    return stored.isEmpty() ? null : StoredText.back(stored);
  }

  /** What is to be done in a transaction, maybe again. */
  private interface Work<T> {
    T in(Transaction transaction) throws SQLException;
  }

  private <T> Future<T> write(Work<T> work) {
    Write<T> write =
        new Write<>("") {
          @Override
          T apply(Transaction transaction) throws SQLException {
            return work.in(transaction);
          }
        };
    writer.add(write);
    return write.promise().future();
  }
}
