package io.mycelium.room;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles sources and packs them into a real plug-in jar. */
public final class PluginJar {
  private static final String SERVICE = "META-INF/services/io.mycelium.room.spi.RoomType";

  private final Map<String, String> sources = new LinkedHashMap<>();
  private final List<String> providers = new ArrayList<>();
  private Predicate<String> packed = name -> true;

  /** A top-level class by its full name. */
  public PluginJar source(String className, String source) {
    sources.put(className, source);
    return this;
  }

  /**
   * A type that shows {@code "view"} and takes nothing, named in the services file.
   *
   * @param typeName and {@code view}: Java expressions of type String
   */
  public PluginJar type(String className, String typeName, String view) {
    int dot = className.lastIndexOf('.');
    String source =
        """
        package PACKAGE;
        import io.mycelium.room.spi.*;
        import io.mycelium.journal.Entry;
        import io.mycelium.protocol.Payload;
        import java.util.List;
        public final class CLASS implements RoomType {
          public String name() { return NAME; }
          public String description() { return "made by a test"; }
          public RoomLogic<?> open(RoomSettings settings) {
            return new RoomLogic<String>() {
              public String init() { return VIEW; }
              public String apply(String state, Entry entry) { return state; }
              public Payload view(String state) { return Payload.of(state); }
              public Payload delta(String state, List<Entry> entries) { return Payload.of(state); }
              public Effects onPush(String state, Push push) { return Effects.none(); }
            };
          }
        }
        """;
    source(
        className,
        source
            .replace("PACKAGE", className.substring(0, dot))
            .replace("CLASS", className.substring(dot + 1))
            .replace("NAME", typeName)
            .replace("VIEW", view));
    return provider(className);
  }

  /** A line of the services file. */
  public PluginJar provider(String line) {
    providers.add(line);
    return this;
  }

  /** Leaves a class out of the jar that the others were compiled against. */
  public PluginJar without(String className) {
    packed = name -> !name.equals(className.replace('.', '/') + ".class");
    return this;
  }

  public Path write(Path jar) {
    try {
      Path classes = Files.createTempDirectory(jar.getParent(), "classes");
      compile(classes);
      try (OutputStream file = Files.newOutputStream(jar);
          JarOutputStream out = new JarOutputStream(file)) {
        for (Path each : filesIn(classes)) {
          String name = classes.relativize(each).toString().replace('\\', '/');
          if (packed.test(name)) {
            entry(out, name, Files.readAllBytes(each));
          }
        }
        if (!providers.isEmpty()) {
          entry(out, SERVICE, String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void entry(JarOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  private void compile(Path into) {
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of(
            "-d",
            into.toString(),
            "-proc:none",
            "--release",
            "17",
            "-cp",
            System.getProperty("java.class.path"));
    List<JavaFileObject> units = new ArrayList<>();
    sources.forEach((name, source) -> units.add(new Source(name, source)));
    if (!compiler.getTask(messages, null, null, options, null, units).call()) {
      throw new AssertionError("the test's plug-in does not compile: " + messages);
    }
  }

  /** A source in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String code;

    Source(String className, String code) {
      super(
          URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension),
          Kind.SOURCE);
      this.code = code;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }
}
