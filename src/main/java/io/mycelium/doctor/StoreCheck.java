package io.mycelium.doctor;

import io.mycelium.config.MyceliumConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.jdbc.StoreLook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The store: whether it is there, can be written, and is this program's.
 *
 * @param node that runs here; null if none does
 */
record StoreCheck(MyceliumConfig config, RunningNode node) implements Doctor.Check {
  static final String CHECK = "store";
  private static final long LITTLE = 1L << 30;

  @Override
  public List<Finding> call() {
    JournalConfig journal = config.journal();
    try {
      return switch (journal.kind()) {
        case "memory" ->
            List.of(Finding.ok(CHECK, "memory: nothing is kept when the process ends"));
        case "sqlite" -> sqlite(journal);
        default -> PostgresCheck.of(config, node);
      };
    } catch (StoreException e) {
      return List.of(unusable(journal, e));
    }
  }

  private static Finding unusable(JournalConfig journal, StoreException e) {
    boolean sqlite = journal.kind().equals("sqlite");
    return Finding.failed(
        CHECK,
        e.getMessage(),
        sqlite ? "a file that this user may read and write" : "a PostgreSQL that answers from here",
        sqlite
            ? "mend the file or name another in journal.url"
            : "try psql with the same address, user and password; a firewall or a NetworkPolicy may"
                + " be in between");
  }

  private List<Finding> sqlite(JournalConfig journal) {
    Path file = StoreLook.file(journal).toAbsolutePath().normalize();
    Path folder = existing(file.getParent());
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return List.of(
          Finding.failed(
              CHECK,
              folder + " is " + (Files.isDirectory(folder) ? "not writable" : "no folder"),
              "a folder that this user (" + System.getProperty("user.name") + ") may write",
              "let this user write there, or name another file in journal.url"));
    }
    if (!Files.exists(file)) {
      return List.of(
          Finding.ok(CHECK, file + " is not there yet; the first start makes it"), space(folder));
    }
    if (!Files.isWritable(file)) {
      return List.of(
          Finding.failed(
              CHECK,
              file + " is not writable for " + System.getProperty("user.name"),
              "a file that this user may write",
              "chown it, or run as the user who made it"));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok(CHECK, file + " can be written"));
    findings.add(space(folder));
    findings.add(use(StoreLook.user(file)));
    try (StoreLook look = StoreLook.sqlite(journal)) {
      findings.add(schema(look.schema()));
    }
    return findings;
  }

  /** The folder, or the nearest above it that exists. */
  static Path existing(Path folder) {
    Path found = folder;
    while (found.getParent() != null && !Files.exists(found)) {
      found = found.getParent();
    }
    return found;
  }

  private static Finding space(Path folder) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      String found = (free >> 20) + " MiB are free at " + folder;
      return free < LITTLE
          ? Finding.warning(
              "disk", found, "1024 MiB or more", "make room: a full disk stops pushes")
          : Finding.ok("disk", found);
    } catch (IOException e) {
      return Finding.warning(
          "disk", folder + ": " + e, "a disk that tells its space", "look at it");
    }
  }

  private Finding use(String process) {
    if (process == null) {
      return Finding.ok("store use", "no server uses the file");
    }
    String found = "in use by process " + process;
    return node == null
        ? Finding.warning(
            "store use",
            found + ", though no node answers on this configuration's ports",
            "no server, or the one of this configuration",
            "end process " + process + ", or give this node another file")
        : Finding.ok("store use", found + ", the node that runs here");
  }

  static Finding schema(StoreLook.Schema schema) {
    if (schema.version() == null) {
      return Finding.ok("schema", "none yet; the first start makes version " + schema.newest());
    }
    if (schema.fault() != null) {
      return Finding.failed(
          "schema",
          "version " + schema.version() + ": " + schema.fault(),
          "one that this program made, up to version " + schema.newest(),
          "run the version of Mycelium that made it, or restore a backup");
    }
    String found = "version " + schema.version();
    return Finding.ok(
        "schema",
        schema.version().equals(schema.newest())
            ? found
            : found + "; the next start of this program brings it to " + schema.newest());
  }
}
