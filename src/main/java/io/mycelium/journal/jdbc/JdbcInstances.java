package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
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
  /** The columns that {@link #rows} reads. */
  static final String COLUMNS = "id, name, type, spec, created_at, generation, failed, last_error";

  private static final String SELECT = "SELECT " + COLUMNS + " FROM instances";
  private static final String INSERT =
      "INSERT INTO instances ("
          + COLUMNS
          + ", folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
  private static final String INSERT_OWNED =
      "INSERT INTO instances ("
          + COLUMNS
          + ", folded, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";

  /** Whether this node may make the instance: 1 if it has no lease, 2 if the id is not free. */
  private static final String HINDRANCE =
      "SELECT CASE WHEN NOT EXISTS (SELECT FROM nodes WHERE id = ?) THEN 1"
          + " WHEN EXISTS (SELECT FROM deletions WHERE instance = ? AND room = '') THEN 2"
          + " ELSE 0 END";

  private final Writer writer;
  private final Reader reader;
  private final Consumer<String> onRegistered;

  /** Null outside of a cluster. */
  private final Ownership ownership;

  /**
   * @param ownership null outside of a cluster
   */
  JdbcInstances(Writer writer, Reader reader, Consumer<String> onRegistered, Ownership ownership) {
    this.ownership = ownership;
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
          Boolean apply(Transaction transaction) throws SQLException, Fenced {
            boolean isNew =
                ownership == null ? insert(transaction) : insertOwned(transaction, ownership.me());
            if (isNew) {
              onRegistered.accept(instance.id());
            }
            return isNew || transaction.isAgain() && isOurs(transaction);
          }

          private boolean insert(Transaction transaction) throws SQLException {
            boolean isNew = transaction.update(INSERT, columns(instance.generation())) == 1;
            if (isNew) {
              transaction.generations().registered(instance.id(), instance.generation());
            }
            return isNew;
          }

          private boolean insertOwned(Transaction transaction, String me)
              throws SQLException, Fenced {
            long hindrance = transaction.number(0, HINDRANCE, me, instance.id());
            if (hindrance == 1) {
              throw Fenced.byOwner(instance.id(), me, me);
            }
            long generation = Claim.nextTerm(instance.generation());
            boolean isNew =
                hindrance == 0 && transaction.update(INSERT_OWNED, columns(generation, me)) == 1;
            if (isNew) {
              // Another node may have deleted an instance of this id that was ours once.
              transaction.forget(instance.id());
              transaction.generations().registered(instance.id(), generation);
            }
            return isNew;
          }

          private Object[] columns(long generation, Object... more) {
            List<Object> columns = new ArrayList<>();
            columns.add(instance.id());
            columns.add(StoredText.of(instance.name()));
            columns.add(instance.type());
            columns.add(instance.spec());
            columns.add(instance.createdAt());
            columns.add(generation);
            columns.add(instance.failed() ? 1 : 0);
            columns.add(StoredText.of(instance.lastError()));
            columns.add(folded(instance.name()));
            columns.addAll(List.of(more));
            return columns.toArray();
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

  static List<Registered> rows(PreparedStatement select) throws SQLException {
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
          Void apply(Transaction transaction) throws SQLException, Fenced {
            transaction.generations().expectOurs(id);
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
