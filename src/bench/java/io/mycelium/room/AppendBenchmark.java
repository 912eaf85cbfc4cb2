package io.mycelium.room;

import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.types.AccumulativeType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A push into an accumulative room that has so many entries already: decided, applied, its delivery
 * rendered. It must cost the same at any length, with a short history and with the longest. A shot
 * is 500 pushes and not a second's worth, which would make a room of 1,000 entries one of millions.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1000)
@Measurement(iterations = 2000)
@Fork(
    value = 3,
    jvmArgs = {"-XX:+UseSerialGC", "-Xms512m", "-Xmx512m"})
public class AppendBenchmark {
  private static final int PUSHES = 500;
  private static final int WARMING = 1000;

  @Param({"1000", "1000000"})
  int entries;

  @Param({"100", "10000"})
  int history;

  private final Push push =
      new Push(
          "push", "ada", Payload.json("{\"text\":\"the quick brown fox\"}"), 1_795_485_714_000L);
  private Room room;

  /**
   * 1,000 pushes come before each shot in either room, so that neither finds the processor's caches
   * colder.
   */
  @Setup(Level.Iteration)
  public void fill() {
    if (room == null || room.seq() + WARMING + PUSHES > entries * 3L / 2) {
      RoomSettings settings =
          new RoomSettings("accumulative", null, history, true, false, Duration.ZERO, null);
      room =
          new Room(
              "lobby",
              settings,
              new AccumulativeType().open(settings),
              JournalConfig.DEFAULT,
              StateAccount.unlimited(),
              null);
      push(entries - WARMING);
    }
    push(WARMING);
  }

  private void push(int times) {
    for (int i = 0; i < times; i++) {
      room.push(push, new Turn());
    }
  }

  @Benchmark
  @OperationsPerInvocation(PUSHES)
  public void append(Blackhole hole) {
    for (int i = 0; i < PUSHES; i++) {
      Turn turn = new Turn();
      room.push(push, turn);
      hole.consume(turn);
    }
  }
}
