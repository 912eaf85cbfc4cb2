package io.mycelium.room;

import io.mycelium.room.spi.RoomType;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the room types of plug-ins: each jar of a folder has its own class loader, whose parent is
 * the server's, so that two plug-ins may contain different versions of a library. A broken jar or
 * type is skipped, with one log line that names its file.
 */
public final class PluginLoader {
  private static final Logger LOG = LoggerFactory.getLogger(PluginLoader.class);

  /**
   * Providers that cannot be loaded are skipped; this bound ends the loop if the service loader
   * does not advance.
   */
  private static final int MAX_PROVIDERS = 100;

  private final ClassLoader parent;
  private final List<RoomTypes.Source> found = new ArrayList<>();
  private final List<RoomTypes.Broken> broken = new ArrayList<>();

  private PluginLoader(ClassLoader parent) {
    this.parent = parent;
  }

  /**
   * The built-in types and those of the jars in a folder, which need not exist, in the order of
   * their names. Blocks.
   */
  public static RoomTypes load(Path folder) {
    return load(folder, PluginLoader.class.getClassLoader());
  }

  static RoomTypes load(Path folder, ClassLoader parent) {
    PluginLoader loader = new PluginLoader(parent);
    loader.jars(folder).forEach(loader::loadJar);
    RoomTypes types = new RoomTypes(loader.found, loader.broken);
    types
        .broken()
        .forEach(each -> LOG.error("plug-in {} is broken: {}", each.source(), each.error()));
    return types;
  }

  private List<Path> jars(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      reportBroken(folder, "not readable: " + e);
      return List.of();
    }
  }

  private void loadJar(Path jar) {
    try (ZipFile readable = new ZipFile(jar.toFile())) {
      URL[] urls = {jar.toUri().toURL()};
      loadTypes(jar, new URLClassLoader(jar.getFileName().toString(), urls, parent));
    } catch (IOException e) {
      reportBroken(jar, "not a readable jar: " + e.getMessage());
    }
  }

  /**
   * The class loader stays open as long as this process runs: rooms may need a class at any time.
   */
  private void loadTypes(Path jar, ClassLoader loader) {
    Spliterator<ServiceLoader.Provider<RoomType>> providers =
        ServiceLoader.load(RoomType.class, loader).stream().spliterator();
    int before = found.size() + broken.size();
    for (int attempts = 0; attempts < MAX_PROVIDERS; attempts++) {
      try {
        if (!providers.tryAdvance(provider -> take(jar, loader, provider))) {
          break;
        }
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        reportBroken(jar, chain(String.valueOf(e.getMessage()), e));
      }
    }
    if (found.size() + broken.size() == before) {
      reportBroken(jar, "it names no room type in META-INF/services/" + RoomType.class.getName());
    }
  }

  /** Providers of the parent are visible here as well, and skipped. */
  private void take(Path jar, ClassLoader loader, ServiceLoader.Provider<RoomType> provider) {
    if (provider.type().getClassLoader() == loader) {
      found.add(new RoomTypes.Source(provider.get(), name(jar)));
    }
  }

  private void reportBroken(Path file, String error) {
    broken.add(new RoomTypes.Broken(name(file), error));
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /** An error and its causes in one line: the plug-in's author needs the innermost. */
  static String chain(String first, Throwable error) {
    StringBuilder text = new StringBuilder(first);
    Throwable cause = error.getCause();
    for (int depth = 0; cause != null && depth < 5; depth++) {
      text.append("; ").append(cause);
      cause = cause.getCause();
    }
    return text.toString().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
