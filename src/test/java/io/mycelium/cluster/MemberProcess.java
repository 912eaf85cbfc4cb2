package io.mycelium.cluster;

import io.mycelium.testing.Authority;
import io.mycelium.testing.Signals;
import io.mycelium.testing.TestNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link Member} in a process of its own, which can be asked, killed, stopped and gone on. */
final class MemberProcess implements AutoCloseable {
  static final String SAYS = "member: ";

  private final Process process;
  private final PrintStream in;
  private final String id;

  /** Lines of the member itself with the time they came at, and its log. */
  private final List<String> said = new ArrayList<>();

  private final List<String> log = new ArrayList<>();

  private MemberProcess(Process process, String id) {
    this.process = process;
    this.id = id;
    this.in = new PrintStream(process.getOutputStream(), true);
    Thread reader = new Thread(this::read, "member-" + id);
    reader.setDaemon(true);
    reader.start();
  }

  /** How a member is started. */
  static final class Builder {
    private final Map<String, String> options = new TreeMap<>();
    private final List<String> prefix = new ArrayList<>();

    Builder(String id, String host, int port, String... members) {
      options.put("member.id", id);
      options.put("host", host);
      options.put("port", Integer.toString(port));
      options.put("members", String.join(",", members));
    }

    Builder with(String option, String value) {
      options.put(option, value);
      return this;
    }

    Builder tls(Authority.Pair pair) {
      return with("certificate", pair.certificate().toString())
          .with("key", pair.key().toString())
          .with("ca", pair.ca().toString());
    }

    /** Runs it in that network namespace. */
    Builder in(String namespace) {
      prefix.addAll(List.of("ip", "netns", "exec", namespace));
      return this;
    }

    /** Started, and not waited for. */
    MemberProcess launch() {
      List<String> command = new ArrayList<>(prefix);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
      options.forEach((key, value) -> command.add("-D" + key + "=" + value));
      command.addAll(List.of("-cp", classPath(), Member.class.getName()));
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new MemberProcess(process, options.get("member.id"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Started and in the cluster. */
    MemberProcess start() {
      MemberProcess member = launch();
      member.await(line -> line.startsWith("up in "));
      return member;
    }

    private static String classPath() {
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(entry -> Path.of(entry).toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  /** In the member's process: what the builder was told. */
  static ClusterConfig config() {
    ClusterConfig standard = ClusterConfig.DEFAULT;
    return new ClusterConfig(
        true,
        System.getProperty("name", standard.name()),
        System.getProperty("host"),
        Integer.getInteger("port"),
        System.getProperty("dns") != null
            ? List.of()
            : Arrays.asList(System.getProperty("members").split(",")),
        System.getProperty("dns", ""),
        standard.lease(),
        standard.renewEvery(),
        standard.maxUnackedBytes(),
        Integer.getInteger("frame", standard.maxFrameBytes()),
        standard.movesPerSecond(),
        System.getProperty("certificate", ""),
        System.getProperty("key", ""),
        System.getProperty("ca", ""),
        Duration.ofMillis(100));
  }

  private void read() {
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        synchronized (said) {
          log.add(line);
          if (line.startsWith(SAYS)) {
            said.add(line.substring(SAYS.length()));
          }
          said.notifyAll();
        }
      }
    } catch (IOException e) {
      // It was killed.
    }
    synchronized (said) {
      said.notifyAll();
    }
  }

  /** The first line, from now on or said before and not taken, that is such; it is taken. */
  String await(Predicate<String> wanted) {
    long end = System.nanoTime() + TestNode.PATIENCE.toNanos();
    synchronized (said) {
      while (true) {
        for (String line : said) {
          if (wanted.test(line)) {
            said.remove(line);
            return line;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError(id + " did not say it:\n" + String.join("\n", log));
        }
        try {
          said.wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  String await(String line) {
    return await(line::equals);
  }

  /** A command, and its answer. */
  String tell(String command, Predicate<String> answer) {
    in.println(command);
    return await(answer);
  }

  /** Whether another member answers this one. */
  String ask(String other) {
    return tell("ask " + other, line -> line.matches("(no )?answer .*"));
  }

  /** Asks until the other answers. */
  void awaitAnswerOf(String other) {
    until(() -> ask(other), answer -> answer.startsWith("answer"), "an answer of " + other);
  }

  /**
   * Asks until nobody is there to be asked: a member's addresses go a moment after the member, and
   * until then a question is sent to a connection that has ended.
   */
  void awaitUnheard(String other) {
    until(() -> ask(other), answer -> answer.contains("No handlers"), "nobody at " + other);
  }

  /** Sends more to that node than a connection takes. */
  void flood(String other) {
    tell("flood " + other + " 1000000", "flooded"::equals);
  }

  /** Asks until a meter, without labels, is above zero. */
  void awaitMeter(String name) {
    Pattern above = Pattern.compile(Pattern.quote(name) + " (?!0\\.0)");
    until(
        () -> tell("meters", line -> line.startsWith("meters ")),
        meters -> above.matcher(meters).find(),
        name + " above 0");
  }

  /** Ids of the others that it sees. */
  String nodes() {
    return tell("nodes", line -> line.startsWith("nodes ")).substring("nodes ".length());
  }

  /** Asks until it sees these others, by id and with commas between. */
  void awaitNodes(String others) {
    until(this::nodes, others::equals, "nodes " + others);
  }

  private void until(Supplier<String> question, Predicate<String> good, String expected) {
    long end = System.nanoTime() + TestNode.PATIENCE.toNanos();
    String answer = question.get();
    while (!good.test(answer)) {
      if (System.nanoTime() > end) {
        throw new AssertionError(id + ": " + answer + ", expected " + expected + "\n" + log());
      }
      answer = question.get();
    }
  }

  String log() {
    synchronized (said) {
      return String.join("\n", log);
    }
  }

  /** SIGSTOP: its connections stay open. */
  void pause() {
    Signals.send(process, "STOP");
  }

  /** Without waiting for its end: several are killed at once. */
  void killSoon() {
    process.destroyForcibly();
  }

  void kill() {
    process.destroyForcibly().onExit().join();
  }

  int exitCode() {
    return process.onExit().join().exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
