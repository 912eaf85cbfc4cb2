package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.instance.types.AccumulativeType;
import io.mycelium.protocol.Payload;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a push costs an instance, counted in bytes that it allocates: unlike a time, that is the
 * same on a busy machine. Here the frame is already decoded and not yet encoded.
 */
class PushCostTest {
  private static final Logger LOG = LoggerFactory.getLogger(PushCostTest.class);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int BATCH = 100;
  private static final int BATCHES = 100;

  /** A delivery's text of 230 bytes is made twice, the entry, the reply and their lists: 1.2 KB. */
  private static final long MAX_BYTES = 1600;

  private final Instance instance =
      new Instance(
          InstanceSpec.read(
              new JsonObject()
                  .put("id", "x")
                  .put("type", "accumulative")
                  .put("config", new JsonObject().put("presence", "off").put("history", 100))),
          new RoomTypes(List.of(new RoomTypes.Source(new AccumulativeType(), "test"))),
          () -> 1_795_485_714_000L,
          Duration.ZERO,
          Handover.NOTHING);
  private final Payload payload = Payload.json("{\"m\":\"" + "x".repeat(90) + "\"}");
  private long number;

  @Test
  void aPushAllocatesLittleHoweverLongTheRoomIs() {
    run(BATCHES);
    long early = run(BATCHES);
    run(5 * BATCHES);
    long late = run(BATCHES);
    LOG.info("a push allocates {} bytes at first and {} later", early, late);
    assertThat(early).isBetween((long) payload.length(), MAX_BYTES);
    assertThat(late).isLessThanOrEqualTo(MAX_BYTES);
  }

  /** Bytes allocated per push. */
  private long run(int batches) {
    List<CommandBatch> prepared = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      prepared.add(batch());
    }
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    int replies = 0;
    for (CommandBatch batch : prepared) {
      Turn turn = new Turn();
      assertThat(instance.handle(batch, turn)).isNull();
      replies += turn.items().size();
    }
    long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
    assertThat(replies).isEqualTo(2 * BATCH * batches);
    return allocated / ((long) BATCH * batches);
  }

  private CommandBatch batch() {
    long previous = number;
    List<Command> commands = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      commands.add(new Command(++number, Command.Kind.PUSH, 1, "lobby", "push", "ada", payload));
    }
    return new CommandBatch("g", previous, 0, BATCH, commands);
  }
}
