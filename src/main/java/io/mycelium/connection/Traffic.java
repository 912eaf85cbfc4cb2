package io.mycelium.connection;

/** Messages and bytes since the last report, so that the meters are told once a turn. */
final class Traffic {
  private int messagesIn;
  private int messagesOut;
  private long bytesIn;
  private long bytesOut;

  void received(int bytes) {
    messagesIn++;
    bytesIn += bytes;
  }

  void delivered(int messages, long bytes) {
    messagesOut += messages;
    bytesOut += bytes;
  }

  void report(ConnectionMeters meters) {
    meters.messagesIn(messagesIn, bytesIn);
    meters.deliveriesOut(messagesOut, bytesOut);
    messagesIn = 0;
    messagesOut = 0;
    bytesIn = 0;
    bytesOut = 0;
  }
}
