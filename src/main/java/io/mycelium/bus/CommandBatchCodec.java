package io.mycelium.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import java.util.ArrayList;
import java.util.List;

/** Passes command batches by reference within a node, and as bytes between nodes. */
final class CommandBatchCodec implements MessageCodec<CommandBatch, CommandBatch> {
  static final String NAME = "mycelium.commands";
  static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setCodecName(NAME).setLocalOnly(true);

  @Override
  public void encodeToWire(Buffer out, CommandBatch batch) {
    Wire.string(out, batch.gateway());
    out.appendLong(batch.previous())
        .appendLong(batch.answered())
        .appendInt(batch.waiting())
        .appendInt(batch.commands().size());
    for (Command command : batch.commands()) {
      out.appendLong(command.number())
          .appendInt(command.kind().ordinal())
          .appendLong(command.connection());
      Wire.string(out, command.room());
      Wire.string(out, command.event());
      Wire.string(out, command.user());
      Wire.payload(out, command.payload());
    }
  }

  @Override
  public CommandBatch decodeFromWire(int position, Buffer buffer) {
    Wire.Reader in = new Wire.Reader(buffer, position);
    String gateway = in.string();
    long previous = in.longNumber();
    long answered = in.longNumber();
    int waiting = in.number();
    int count = in.number();
    List<Command> commands = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      commands.add(
          new Command(
              in.longNumber(),
              Command.Kind.of(in.number()),
              in.longNumber(),
              in.string(),
              in.string(),
              in.string(),
              in.payload()));
    }
    return new CommandBatch(gateway, previous, answered, waiting, commands);
  }

  @Override
  public CommandBatch transform(CommandBatch batch) {
    return batch;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
