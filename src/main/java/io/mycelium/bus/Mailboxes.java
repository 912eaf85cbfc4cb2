package io.mycelium.bus;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much waits at each instance, of all gateways of a node: with a count of its own for each, an
 * instance's mailbox could be as many times too large as there are event loops. Any thread.
 */
final class Mailboxes implements Shareable {
  private static final String NAME = "mycelium.mailboxes";

  private final ConcurrentHashMap<String, Mailbox> byInstance = new ConcurrentHashMap<>();

  /** The ones that all gateways on that Vert.x share. */
  static Mailboxes of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, Mailboxes>getLocalMap(NAME)
        .computeIfAbsent(NAME, ignored -> new Mailboxes());
  }

  /** A link of the instance opens; it takes a {@link Mailbox.Share}. */
  Mailbox.Share open(String instance) {
    return byInstance
        .compute(
            instance,
            (id, known) -> {
              Mailbox mailbox = known == null ? new Mailbox() : known;
              mailbox.links++;
              return mailbox;
            })
        .share();
  }

  /** A link of the instance closes. */
  void close(String instance, Mailbox.Share share) {
    share.set(0, 0);
    byInstance.computeIfPresent(instance, (id, known) -> --known.links == 0 ? null : known);
  }

  /** Whether any link of the node to the instance is open. */
  boolean has(String instance) {
    return byInstance.containsKey(instance);
  }

  int size() {
    return byInstance.size();
  }

  /** What waits at one instance. */
  static final class Mailbox {
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** Guarded by the map. */
    private int links;

    private Share share() {
      return new Share();
    }

    /** One link's; for its event loop. It is told once a batch, not with each command. */
    final class Share {
      private int ownCommands;
      private long ownBytes;

      /** That much of the link waits now. */
      void set(int nowCommands, long nowBytes) {
        if (nowCommands != ownCommands) {
          commands.addAndGet(nowCommands - ownCommands);
          ownCommands = nowCommands;
        }
        if (nowBytes != ownBytes) {
          bytes.addAndGet(nowBytes - ownBytes);
          ownBytes = nowBytes;
        }
      }

      /** What waits of all other links. */
      int ofOthers() {
        return commands.get() - ownCommands;
      }

      /** Likewise. */
      long bytesOfOthers() {
        return bytes.get() - ownBytes;
      }
    }
  }
}
