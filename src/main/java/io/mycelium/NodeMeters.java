package io.mycelium;

import io.mycelium.connection.ConnectionMeters;
import io.mycelium.instance.InstanceMeters;
import io.mycelium.ops.Meters;

/** Passes what both halves report on to the node's meters. */
record NodeMeters(Meters meters) implements ConnectionMeters, InstanceMeters {
  @Override
  public void connectionOpened() {
    meters.connectionOpened();
  }

  @Override
  public void connectionClosed(String reason) {
    meters.connectionClosed(reason);
  }

  @Override
  public void messagesIn(int messages, long bytes) {
    meters.messagesIn(messages, bytes);
  }

  @Override
  public void deliveriesOut(int deliveries, long bytes) {
    meters.deliveriesOut(deliveries, bytes);
  }

  @Override
  public void errorReply(String reason) {
    meters.errorReply(reason);
  }

  @Override
  public void upgradeRefused(String reason) {
    meters.upgradeRefused(reason);
  }

  @Override
  public void gapFetched() {
    meters.gapFetched();
  }

  @Override
  public void duplicateDropped() {
    meters.duplicateDropped();
  }

  @Override
  public void handlerTime(long nanos) {
    meters.handlerTime(nanos);
  }

  @Override
  public void entriesAppended(int entries) {
    meters.entriesAppended(entries);
  }

  @Override
  public void instanceStarted() {
    meters.instanceStarted();
  }

  @Override
  public void instanceStopped() {
    meters.instanceStopped();
  }

  @Override
  public void instanceRestarted() {
    meters.instanceRestarted();
  }

  @Override
  public void instanceFailed() {
    meters.instanceFailed();
  }
}
