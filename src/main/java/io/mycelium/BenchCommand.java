package io.mycelium;

import io.mycelium.bench.Bench;
import io.mycelium.bench.Charts;
import io.mycelium.bench.Progress;
import io.mycelium.bench.Protocol;
import io.mycelium.bench.Result;
import io.mycelium.bench.Scenario;
import io.mycelium.ops.Logging;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    description =
        "Put load on a running server and say what it took. Each push is sent at a time that is fixed"
            + " beforehand; gaps, doubles, order and payloads are checked, and the exit code is 1"
            + " where one is wrong.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class BenchCommand implements Callable<Integer> {
  /** For the help, and for what the argument may be. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Scenario.names().iterator();
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SCENARIO",
      completionCandidates = Names.class,
      description = "One of ${COMPLETION-CANDIDATES}.")
  private String name;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://localhost:4000",
      description = "The server (${DEFAULT-VALUE}).")
  private String url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "May create and delete instances and join their rooms: mycelium token --user bench --instances '*' --scope admin.")
  private String token;

  @Option(
      names = "--protocol",
      paramLabel = "WORD",
      defaultValue = "phoenix",
      description =
          "What the server speaks (${DEFAULT-VALUE}); relay, socketio, centrifuge or colyseus for servers that only broadcast: see docs/performance.")
  private String protocol;

  @Option(
      names = "--rate",
      split = ",",
      paramLabel = "N",
      description = "Pushes a second in all; several, such as 500,1000,2000, for a curve.")
  private List<Double> rates;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Measured for each rate (${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "5",
      description = "Seconds before that (${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(names = "--instances", paramLabel = "N", description = "Instances to make.")
  private Integer instances;

  @Option(names = "--rooms", paramLabel = "N", description = "Rooms of each instance.")
  private Integer rooms;

  @Option(names = "--sockets", paramLabel = "N", description = "Sockets in each room.")
  private Integer sockets;

  @Option(names = "--pushers", paramLabel = "N", description = "Of these, those that push.")
  private Integer pushers;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      description = "Of each payload, beside a marker of about 40.")
  private Integer bytes;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Of the rooms: accumulative or collaborative.")
  private String type;

  @Option(
      names = "--durability",
      paramLabel = "WORD",
      description = "Of the rooms: none, async or sync.")
  private String durability;

  @Option(names = "--patch-interval", paramLabel = "MS", description = "Of the rooms.")
  private Integer patchInterval;

  @Option(names = "--presence", paramLabel = "WORD", description = "Of the rooms: on or off.")
  private String presence;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "The server's process on this machine, for its CPU time and memory. Without it they are read from --metrics.")
  private Long pid;

  @Option(
      names = "--metrics",
      paramLabel = "URL",
      description =
          "The server's meters; on this machine those of the port after its own are found.")
  private String metrics;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Event loops of the load (${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all figures there; - for standard output instead of the table.")
  private String json;

  @Option(
      names = "--svg",
      paramLabel = "DIR",
      description = "Write pictures there: percentiles, second by second, latency against rate.")
  private Path svg;

  @Override
  public Integer call() throws IOException {
    Logging.configure("text", "off");
    Scenario scenario = scenario();
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = new Progress(spec.commandLine().getErr(), System.console() != null);
    Bench.Options options =
        new Bench.Options(url, token, pid, metrics, warmUp, seconds, threads)
            .speaking(Protocol.of(protocol));
    Result result;
    try (Bench bench = new Bench(scenario, options, progress)) {
      result = bench.run();
    }
    if ("-".equals(json)) {
      out.println(result.json().encodePrettily());
    } else {
      result.lines().forEach(out::println);
      if (json != null) {
        Files.writeString(Path.of(json), result.json().encodePrettily() + "\n");
        out.println(json);
      }
    }
    if (svg != null) {
      Charts.write(result, svg).forEach(out::println);
    }
    return result.isSound() ? 0 : 1;
  }

  private Scenario scenario() {
    Scenario found = Scenario.all().get(name);
    if (found == null) {
      throw new ParameterException(
          spec.commandLine(), "SCENARIO is " + name + ", expected one of:" + Scenario.described());
    }
    expect("--seconds", seconds, 1, 86_400);
    expect("--warm-up", warmUp, 0, 3600);
    expect("--threads", threads, 1, 64);
    return found.with(
        new Scenario.Changes(
            instances,
            rooms,
            sockets,
            pushers,
            rates,
            bytes,
            type,
            durability,
            patchInterval,
            presence));
  }

  private void expect(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " is " + value + ", expected " + least + " to " + most);
    }
  }
}
