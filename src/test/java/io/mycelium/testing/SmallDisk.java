package io.mycelium.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few megabytes that can be filled; root only. */
public record SmallDisk(Path path) implements AutoCloseable {

  /** Whether this process may mount one. */
  public static boolean isPossible() {
    try {
      Path folder = Files.createTempDirectory("small-disk");
      boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString());
      if (mounted) {
        run("umount", folder.toString());
      }
      Files.delete(folder);
      return mounted;
    } catch (IOException e) {
      return false;
    }
  }

  public static SmallDisk mount(Path folder, int megabytes) throws IOException {
    Files.createDirectories(folder);
    if (!run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", "" + folder)) {
      throw new IOException("no tmpfs could be mounted at " + folder);
    }
    return new SmallDisk(folder);
  }

  private static boolean run(String... command) throws IOException {
    return PostgresBinaries.exitOf(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start())
        == 0;
  }

  private Path filler() {
    return path.resolve("filler");
  }

  /** Takes all the space that is left. */
  public void fill() {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(block);
      }
    } catch (IOException expected) {
      // That is what a full disk says.
    }
  }

  /** Gives the space back. */
  public void free() throws IOException {
    Files.delete(filler());
  }

  @Override
  public void close() throws IOException {
    if (!run("umount", path.toString())) {
      throw new IOException(path + " could not be unmounted");
    }
  }
}
