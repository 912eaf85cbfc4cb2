package io.mycelium.protocol;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a message costs that is held against its connection's rates, and what the clock would. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RateBenchmark {
  private final Rate messages = Rate.of(10_000, 20_000);
  private final Rate bytes = Rate.of(64 << 20, 128 << 20);
  private final Bucket shared =
      new Bucket(Rate.of(1_000_000_000, 2_000_000_000), System.nanoTime());
  private long now = System.nanoTime();
  private long messagesFull = now;
  private long bytesFull = now;

  /** Both rates of a connection, at the pace that they allow: nothing is over. */
  @Benchmark
  public long messageAndItsBytes() {
    now += 100_000;
    messagesFull = messages.after(messagesFull, now, 1);
    bytesFull = bytes.after(bytesFull, now, 120);
    return messagesFull + bytesFull;
  }

  /** One that a user's connections share; with the clock's time it would be once a turn. */
  @Benchmark
  public long messageOfAUser() {
    now += 10;
    return shared.take(now, 1);
  }

  @Benchmark
  public long theClock() {
    return System.nanoTime();
  }
}
