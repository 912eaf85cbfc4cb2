package io.mycelium.cluster.checker;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What the database itself saw: triggers note who wrote which entry in which term, and who began
 * which term, in one order. A writer and a claim lock the instance's row, so that their order is
 * the order of their commits. For one thread.
 */
final class Audit implements AutoCloseable {
  private static final String INSTALL =
      """
      CREATE SCHEMA checker;
      CREATE SEQUENCE checker.step;
      CREATE TABLE checker.nodes (id text PRIMARY KEY, name text, at timestamptz);
      CREATE TABLE checker.terms (
        step bigint, at timestamptz, instance text, term bigint, owner text);
      CREATE TABLE checker.writes (
        step bigint, instance text, room text, seq bigint, term bigint, name text);
      CREATE FUNCTION checker.on_node() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO checker.nodes VALUES
          (NEW.id, current_setting('application_name'), clock_timestamp())
          ON CONFLICT DO NOTHING;
        RETURN NEW; END $$;
      CREATE FUNCTION checker.on_owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' OR OLD.owner IS DISTINCT FROM NEW.owner
            OR OLD.generation >> 20 <> NEW.generation >> 20 THEN
          INSERT INTO checker.terms VALUES (nextval('checker.step'), clock_timestamp(), NEW.id,
            NEW.generation >> 20, NEW.owner);
        END IF;
        RETURN NEW; END $$;
      CREATE FUNCTION checker.on_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO checker.writes VALUES (nextval('checker.step'), NEW.instance, NEW.room,
          NEW.seq, NEW.generation >> 20, current_setting('application_name'));
        RETURN NEW; END $$;
      CREATE TRIGGER checker_node AFTER INSERT ON nodes
        FOR EACH ROW EXECUTE FUNCTION checker.on_node();
      CREATE TRIGGER checker_owner AFTER INSERT OR UPDATE ON instances
        FOR EACH ROW EXECUTE FUNCTION checker.on_owner();
      CREATE TRIGGER checker_entry AFTER INSERT ON entries
        FOR EACH ROW EXECUTE FUNCTION checker.on_entry();
      INSERT INTO checker.nodes SELECT id, 'node0', clock_timestamp() FROM nodes;
      """;

  /**
   * Somebody owns an instance from now on.
   *
   * @param at milliseconds since 1970, the database's
   * @param owner name of the node; null if nobody
   */
  record Term(long step, long at, String instance, long term, String owner) {}

  /**
   * An entry was written.
   *
   * @param name of the node whose connection it was
   */
  record Written(long step, String instance, String room, long seq, long term, String name) {}

  /** An entry of the journal; key is null for a plain push. */
  record Kept(RoomKey room, long seq, long term, String id, String key, String link, long number) {}

  private final String url;
  private Connection connection;

  Audit(String url) {
    this.url = url;
  }

  String url() {
    return url;
  }

  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Opens the connection anew if the database was away. */
  <T> T ask(Work<T> work) {
    try {
      if (connection == null || !connection.isValid(2)) {
        close();
        connection = DriverManager.getConnection(url + "&ApplicationName=checker");
      }
      return work.run(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Void install() {
    return ask(
        db -> {
          try (Statement sql = db.createStatement()) {
            sql.execute(INSTALL);
          }
          return null;
        });
  }

  interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  <T> List<T> list(String select, Row<T> each, Object... values) {
    return ask(
        db -> {
          List<T> all = new ArrayList<>();
          try (PreparedStatement sql = db.prepareStatement(select)) {
            for (int i = 0; i < values.length; i++) {
              sql.setObject(i + 1, values[i]);
            }
            try (ResultSet row = sql.executeQuery()) {
              while (row.next()) {
                all.add(each.of(row));
              }
            }
          }
          return all;
        });
  }

  /** In their order. */
  List<Term> terms() {
    return list(
        "SELECT t.step, (extract(epoch FROM t.at) * 1000)::bigint, t.instance, t.term,"
            + " coalesce(n.name, t.owner) FROM checker.terms t LEFT JOIN checker.nodes n"
            + " ON n.id = t.owner ORDER BY t.step",
        row ->
            new Term(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5)));
  }

  /** In their order. */
  List<Written> writes() {
    return list(
        "SELECT step, instance, room, seq, term, name FROM checker.writes ORDER BY step",
        row ->
            new Written(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getLong(5),
                row.getString(6)));
  }

  /** By room and sequence. */
  List<Kept> journal() {
    return list(
        "SELECT instance, room, seq, generation >> 20, convert_from(payload, 'UTF8')::json->>'id',"
            + " once, link, number FROM entries ORDER BY instance, room, seq",
        row ->
            new Kept(
                new RoomKey(row.getString(1), row.getString(2)),
                row.getLong(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getLong(8)));
  }

  /** The node that owns an instance now, by its number; -1 if none that has a lease. */
  int owner(String instance) {
    return list(
            "SELECT c.name FROM instances i JOIN nodes n ON n.id = i.owner"
                + " JOIN checker.nodes c ON c.id = n.id WHERE i.id = ?",
            row -> row.getString(1),
            instance)
        .stream()
        .mapToInt(name -> Integer.parseInt(name.substring("node".length())))
        .findFirst()
        .orElse(-1);
  }

  /** Milliseconds since 1970, the database's. */
  long clock() {
    return list(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", row -> row.getLong(1))
        .get(0);
  }

  @Override
  public void close() {
    try {
      if (connection != null) {
        connection.close();
        connection = null;
      }
    } catch (SQLException e) {
      connection = null;
    }
  }
}
