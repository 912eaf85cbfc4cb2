package io.mycelium.connection;

/** What a hub took in and sent since it last reported that. On its event loop. */
final class Traffic {
  private final ConnectionMeters meters;
  private int messagesIn;
  private int messagesOut;
  private long bytesIn;
  private long bytesOut;

  Traffic(ConnectionMeters meters) {
    this.meters = meters;
  }

  void in(int bytes) {
    messagesIn++;
    bytesIn += bytes;
  }

  void out(int messages, long bytes) {
    messagesOut += messages;
    bytesOut += bytes;
  }

  void report() {
    meters.messagesIn(messagesIn, bytesIn);
    meters.deliveriesOut(messagesOut, bytesOut);
    messagesIn = 0;
    messagesOut = 0;
    bytesIn = 0;
    bytesOut = 0;
  }
}
