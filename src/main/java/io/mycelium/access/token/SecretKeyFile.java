package io.mycelium.access.token;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/**
 * The secret that a node makes when no key is configured: 256 random bits as base64url, in a file
 * that only its owner can read. Blocks.
 */
public final class SecretKeyFile {
  private static final int BYTES = 32;
  private static final int MIN_LENGTH = 32;
  private static final int MAX_LENGTH = 1024;
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private SecretKeyFile() {}

  /**
   * Reads the secret, after making the file if it is missing.
   *
   * @throws Refusal {@code invalid_config} as {@link #read} does, or if the file cannot be made
   */
  public static String readOrMake(Path file) {
    try {
      if (!Files.exists(file)) {
        make(file);
      }
    } catch (IOException e) {
      throw wrong(file, "a place where it can be made (" + e.getClass().getSimpleName() + ")");
    }
    return read(file);
  }

  /**
   * @throws Refusal {@code invalid_config} if the file is missing, holds no secret, or is readable
   *     by others
   */
  public static String read(Path file) {
    try {
      refuseOtherReaders(file);
      if (Files.size(file) > MAX_LENGTH) {
        throw wrong(file, "at most " + MAX_LENGTH + " bytes");
      }
      String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (secret.length() < MIN_LENGTH) {
        throw wrong(file, "a secret of " + MIN_LENGTH + " characters or more");
      }
      return secret;
    } catch (NoSuchFileException e) {
      throw wrong(file, "a file, which `mycelium serve` makes when it first starts without a key");
    } catch (IOException e) {
      throw wrong(file, "a file of UTF-8 text that this user may read");
    }
  }

  private static void refuseOtherReaders(Path file) throws IOException {
    if (isPosix(file)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (!OWNER.containsAll(permissions)) {
        throw wrong(
            file,
            "rw------- and not "
                + PosixFilePermissions.toString(permissions)
                + ", since whoever reads it can make tokens (chmod 600)");
      }
    }
  }

  /** Writes the file whole or not at all; the file of a process that was faster stays. */
  private static void make(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    FileAttribute<?>[] ownerOnly =
        isPosix(folder)
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Path draft = Files.createTempFile(folder, ".secret", ".tmp", ownerOnly);
    try {
      try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(secret.getBytes(StandardCharsets.UTF_8)));
        out.force(true);
      }
      publish(draft, file);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Makes a hard link, which fails if the file exists; a move would replace the file. */
  private static void publish(Path draft, Path file) throws IOException {
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // This file system has no hard links.
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static Refusal wrong(Path file, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, "access.secret_file", file, expected);
  }
}
