package io.mycelium.journal;

import io.mycelium.protocol.Expect;
import java.time.Duration;

/**
 * How the nodes of a cluster share a store.
 *
 * @param renewal time between two renewals of a node's lease; a node that misses the next one too
 *     does not judge others until its series of renewals is unbroken again
 * @param unanswered longest time that a link waits for the answer to a command: entries stay for
 *     this long whatever the retention, so that {@link NodeStore#applied} finds them
 */
public record Sharing(Duration renewal, Duration unanswered) {
  public static final Sharing DEFAULT = new Sharing(Duration.ofMillis(500), Duration.ofSeconds(15));

  public Sharing {
    Expect.range("renewal", renewal, Duration.ofMillis(10), Duration.ofMinutes(1));
    Expect.range("unanswered", unanswered, Duration.ofMillis(10), Duration.ofHours(1));
  }
}
