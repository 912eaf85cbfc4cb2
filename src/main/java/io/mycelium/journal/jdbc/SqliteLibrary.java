package io.mycelium.journal.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library, unpacked once for all servers of a user on this machine, into {@code
 * mycelium-sqlite-USER} among the temporary files. By default the driver unpacks 1 MB under a new
 * name at each start, and a SIGKILL leaves this file behind.
 */
final class SqliteLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);

  /** Where the driver looks first. */
  private static final String PATH = "org.sqlite.lib.path";

  private static final String NAME = "org.sqlite.lib.name";
  private static final String LOCK = "lock";
  private static final String UNFINISHED = "unfinished";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static boolean loaded;

  private SqliteLibrary() {}

  /** Work on the library while no other server may change its folder. */
  @FunctionalInterface
  interface Loading {
    void load(Path library) throws Exception;
  }

  /**
   * Call it before the first connection. Blocks. If the folder cannot be used, the log says why and
   * the driver unpacks its library itself.
   */
  static synchronized void load() {
    if (loaded || System.getProperty(PATH) != null) {
      return;
    }
    loaded = true;
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      unpack(temporary, SqliteLibrary::load);
    } catch (Exception e) {
      LOG.warn(
          "SQLite's library cannot be kept in {}, so that each start unpacks it anew: {}",
          temporary,
          e.toString());
    }
  }

  private static void load(Path library) throws Exception {
    System.setProperty(PATH, library.getParent().toString());
    System.setProperty(NAME, library.getFileName().toString());
    try {
      SQLiteJDBCLoader.initialize();
    } finally {
      // A plug-in may contain its own driver with another library.
      System.clearProperty(PATH);
      System.clearProperty(NAME);
    }
  }

  /**
   * Holds a lock from unpacking to loading, so that servers that start at the same time neither see
   * half a file nor delete each other's. The system releases the lock when the process dies.
   *
   * @throws IOException if the folder is not this user's own, or cannot be written
   */
  static void unpack(Path temporary, Loading loading) throws Exception {
    UserPrincipal user = user();
    Path folder = temporary.resolve("mycelium-sqlite-" + user.getName().replace('/', '_'));
    open(folder, user);
    try (FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      await(lock);
      byte[] library = resource();
      Path file = folder.resolve(name(library));
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
        Path unfinished = folder.resolve(UNFINISHED);
        Files.write(unfinished, library);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
      deleteOthers(folder, file);
      loading.load(file);
    }
  }

  /**
   * Creates the folder. A folder that other users created or can write to may contain a library of
   * theirs.
   */
  private static void open(Path folder, UserPrincipal user) throws IOException {
    if (!POSIX) {
      Files.createDirectories(folder);
      return;
    }
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      boolean ours =
          Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
              && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)
              && Files.getPosixFilePermissions(folder).equals(PRIVATE);
      if (!ours) {
        throw new IOException(folder + " is not a folder of " + user + " with mode 0700", e);
      }
    }
  }

  /** This process's user in the file system; a container's user may have no name. */
  private static UserPrincipal user() throws IOException {
    Path process = Path.of("/proc/self");
    return Files.exists(process)
        ? Files.getOwner(process)
        : FileSystems.getDefault()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }

  private static void await(FileChannel lock) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!tryLock(lock)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("another server has held its lock for 10 s");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static boolean tryLock(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static byte[] resource() throws IOException {
    String resource =
        LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the driver has no " + resource);
      }
      return in.readAllBytes();
    }
  }

  private static String name(byte[] library) throws NoSuchAlgorithmException {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(library);
    return SQLiteJDBCLoader.getVersion()
        + "-"
        + HexFormat.of().formatHex(hash, 0, 8)
        + "-"
        + LibraryLoaderUtil.getNativeLibName();
  }

  /**
   * Removes libraries of other versions, which running servers no longer need, and incomplete files
   * left by a SIGKILL.
   */
  private static void deleteOthers(Path folder, Path library) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!file.equals(library) && !file.endsWith(LOCK)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
