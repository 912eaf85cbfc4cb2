package io.mycelium.connection;

import io.mycelium.bus.Outbound;
import io.mycelium.bus.ReplyTo;

/** Waits for the answer to one push. */
final class PushReply implements ReplyTo {
  private final Channel channel;
  private final byte[] ref;
  private final int bytes;

  PushReply(Channel channel, byte[] ref, int bytes) {
    this.channel = channel;
    this.ref = ref;
    this.bytes = bytes;
  }

  @Override
  public void onReply(Outbound.Reply reply) {
    Connection connection = channel.connection();
    if (connection.isClosed()) {
      return;
    }
    if (!reply.ok()) {
      connection.outbox().error(channel.joinRef(), ref, channel.room().topic(), reply);
    } else if (reply.response() == null) {
      connection.outbox().replySeq(channel.joinRef(), ref, channel.room().topic(), reply.seq());
    } else {
      connection
          .outbox()
          .reply(channel.joinRef(), ref, channel.room().topic(), true, reply.response());
    }
    connection.acked(bytes);
  }
}
