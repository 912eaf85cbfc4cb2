package io.mycelium.bus;

import io.vertx.core.eventbus.DeliveryOptions;

/** The event bus addresses that the two halves of Mycelium share. */
public final class Addresses {
  /** Requests to whoever knows which node an instance is on: see {@link InstanceDirectory}. */
  public static final String INSTANCES = "instances";

  /** The same requests to this node's deployer; in a cluster another address than the one above. */
  public static final String INSTANCES_HERE = "instances.here";

  /** Requests of {@link RevocationDirectory}. */
  public static final String REVOCATIONS = "revocations";

  /** Notices of new revocations, published once they are stored. */
  public static final String REVOKED = "revocations.made";

  /** Requests for pages of {@link InstanceRows}. */
  static final String ROW_PAGES = "instances.rows";

  /** Changes of {@link InstanceRows}, published while a console watches. */
  static final String ROW_DELTAS = "instances.rows.deltas";

  /** What does not leave the node. */
  public static DeliveryOptions here() {
    return new DeliveryOptions().setLocalOnly(true);
  }

  private Addresses() {}

  /** {@link CommandBatch}es to one instance, which consumes this address. */
  public static String commands(String instanceId) {
    return "instance." + instanceId + ".commands";
  }

  /** {@link DeliveryBatch}es of one instance, published to each gateway that is linked to it. */
  public static String deliveries(String instanceId) {
    return "instance." + instanceId + ".deliveries";
  }
}
