package io.mycelium.journal.jdbc;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of a PostgreSQL, unpacked once per machine, and how to run them: PostgreSQL refuses
 * to run as root, so root runs it as {@code nobody}.
 */
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final String NOBODY = "65534";
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private final Path home;

  private PostgresBinaries(Path home) {
    this.home = home;
  }

  /**
   * Beside other temporary files, where {@code nobody} can read it; another JVM that unpacks it is
   * waited for.
   */
  static PostgresBinaries unpacked() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path home = temporary.resolve(jarName() + "-" + System.getProperty("user.name"));
    try (FileChannel file = FileChannel.open(lockOf(home), CREATE, WRITE);
        FileLock turn = file.lock()) {
      if (!Files.isExecutable(home.resolve("bin/postgres"))) {
        Path unpacking = Files.createTempDirectory(temporary, "mycelium-postgres-unpacking-");
        Files.setPosixFilePermissions(unpacking, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpack(unpacking);
        // At once or not at all: this process may be killed.
        Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return new PostgresBinaries(home);
  }

  /** The folder of {@code initdb} and {@code postgres}. */
  Path programs() {
    return home.resolve("bin");
  }

  /** Which names the version. */
  private static String jarName() {
    String resource = String.valueOf(PostgresBinaries.class.getResource(ARCHIVE));
    String jar = resource.replaceFirst("\\.jar!.*", "");
    return jar.substring(jar.lastIndexOf('/') + 1);
  }

  private static void unpack(Path into) throws IOException {
    InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
    if (archive == null || !System.getProperty("os.arch").equals("amd64")) {
      throw new IOException(
          "no PostgreSQL for "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch")
              + ": these tests need Linux on amd64");
    }
    Process tar =
        new ProcessBuilder("tar", "-x", "-C", into.toString())
            .inheritIO()
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    try (InputStream xz = new XZInputStream(archive);
        OutputStream pipe = tar.getOutputStream()) {
      xz.transferTo(pipe);
    }
    if (exitOf(tar) != 0) {
      throw new IOException("tar could not unpack " + ARCHIVE);
    }
  }

  private static Path lockOf(Path home) {
    return home.resolveSibling(home.getFileName() + ".lock");
  }

  /** Runs one of the programs, its output into a file. */
  Process run(Path log, String program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    command.add(programs().resolve(program).toString());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(log.getParent().toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Makes the server's user the owner of a file or folder. */
  static void give(Path path) throws IOException {
    if (ROOT) {
      Process chown =
          new ProcessBuilder("chown", "-R", NOBODY + ":" + NOBODY, path.toString()).start();
      if (exitOf(chown) != 0) {
        throw new IOException("chown could not give " + path + " to nobody");
      }
    }
  }

  /** Without what its server holds for itself. */
  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    Process tar =
        new ProcessBuilder(
                "sh",
                "-c",
                "tar -C '%s' --exclude=postmaster.pid --exclude=pgsql_tmp -cf - . | tar -C '%s' -xpf -"
                    .formatted(from, to))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    // A file that changes meanwhile makes tar complain; the server's log brings it up to date.
    if (exitOf(tar) > 1) {
      throw new IOException("tar could not copy " + from);
    }
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
  }

  static int exitOf(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
