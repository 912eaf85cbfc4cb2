package io.mycelium.journal.jdbc;

import io.mycelium.journal.InstanceStore;
import io.vertx.core.Future;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The register of instances in a database. */
final class JdbcInstances implements InstanceStore {
  private static final String SELECT =
      "SELECT id, name, type, spec, created_at, generation, failed, last_error FROM instances";

  private final Writer writer;
  private final Reader reader;
  private final Consumer<String> onRegistered;

  JdbcInstances(Writer writer, Reader reader, Consumer<String> onRegistered) {
    this.writer = writer;
    this.reader = reader;
    this.onRegistered = onRegistered;
  }

  private <T> Future<T> add(Write<T> write) {
    writer.add(write);
    return write.promise().future();
  }

  @Override
  public Future<Boolean> create(Registered instance) {
    return add(
        new Write<Boolean>(instance.id()) {
          @Override
          Boolean apply(Transaction transaction) throws SQLException {
            boolean isNew =
                transaction.update(
                        "INSERT INTO instances (id, name, folded, type, spec, created_at,"
                            + " generation, failed, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                            + " ON CONFLICT (id) DO NOTHING",
                        instance.id(),
                        StoredText.of(instance.name()),
                        folded(instance.name()),
                        instance.type(),
                        instance.spec(),
                        instance.createdAt(),
                        instance.generation(),
                        instance.failed() ? 1 : 0,
                        StoredText.of(instance.lastError()))
                    == 1;
            if (isNew) {
              transaction.registered(instance.id(), instance.generation());
              onRegistered.accept(instance.id());
            }
            return isNew || transaction.isAgain() && isOurs(transaction);
          }

          /** The first try may have succeeded. */
          private boolean isOurs(Transaction transaction) throws SQLException {
            return instance
                .spec()
                .equals(
                    transaction.text(
                        "SELECT spec FROM instances WHERE id = ? AND created_at = ?",
                        instance.id(),
                        instance.createdAt()));
          }
        });
  }

  @Override
  public Future<Registered> find(String id) {
    return reader.read(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(SELECT + " WHERE id = ?")) {
            select.setString(1, id);
            List<Registered> found = rows(select);
            return found.isEmpty() ? null : found.get(0);
          }
        });
  }

  private static List<Registered> rows(PreparedStatement select) throws SQLException {
    List<Registered> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(
            new Registered(
                row.getString(1),
                StoredText.back(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getLong(6),
                row.getInt(7) == 1,
                StoredText.back(row.getString(8))));
      }
    }
    return found;
  }

  @Override
  public Future<List<Registered>> list(String after, int limit, Filter filter) {
    StringBuilder sql = new StringBuilder(SELECT).append(" WHERE id > ?");
    List<String> values = new ArrayList<>(List.of(after));
    if (filter.type() != null) {
      sql.append(" AND type = ?");
      values.add(filter.type());
    }
    if (filter.failed() != null) {
      sql.append(filter.failed() ? " AND failed = 1" : " AND failed = 0");
    }
    if (filter.name() != null) {
      sql.append(" AND folded LIKE ? ESCAPE '!'");
      values.add("%" + escaped(folded(filter.name())) + "%");
    }
    sql.append(" ORDER BY id LIMIT ").append(limit);
    return reader.read(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
            for (int i = 0; i < values.size(); i++) {
              select.setString(i + 1, values.get(i));
            }
            return rows(select);
          }
        });
  }

  private static String folded(String name) {
    return StoredText.of(name.toLowerCase(Locale.ROOT));
  }

  private static String escaped(String text) {
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  @Override
  public Future<Long> count() {
    return reader.read(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT count(*) FROM instances");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  @Override
  public Future<Void> setSpec(String id, String spec) {
    return update(id, "UPDATE instances SET spec = ? WHERE id = ?", spec, id);
  }

  @Override
  public Future<Void> setFailed(String id, boolean failed, String lastError) {
    return update(
        id,
        "UPDATE instances SET failed = ?, last_error = ? WHERE id = ?",
        failed ? 1 : 0,
        StoredText.of(lastError),
        id);
  }

  private Future<Void> update(String id, String sql, Object... values) {
    return add(
        new Write<Void>(id) {
          @Override
          Void apply(Transaction transaction) throws SQLException {
            transaction.update(sql, values);
            return null;
          }
        });
  }

  @Override
  public Future<Void> delete(String id) {
    return add(Deletion.ofInstance(id));
  }
}
