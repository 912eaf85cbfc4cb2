package io.mycelium.bus;

/** The event bus addresses that the two halves of Mycelium share. */
public final class Addresses {
  /** Requests to the deployer: see {@link InstanceDirectory}. */
  public static final String INSTANCES = "instances";

  /** Requests of {@link RevocationDirectory}. */
  public static final String REVOCATIONS = "revocations";

  /** Notices of new revocations, published once they are stored. */
  public static final String REVOKED = "revocations.made";

  /** Requests for pages of {@link InstanceRows}. */
  static final String ROW_PAGES = "instances.rows";

  /** Changes of {@link InstanceRows}, published while a console watches. */
  static final String ROW_DELTAS = "instances.rows.deltas";

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
