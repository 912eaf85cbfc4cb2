package io.mycelium.journal;

/** The writer was replaced by another one; its write changed nothing. */
public final class Fenced extends Exception {
  private static final long serialVersionUID = 1;

  public Fenced(String message) {
    super(message, null, false, false);
  }

  /**
   * The writer's node does not own the instance, or has lost its lease.
   *
   * @param node null if it has not joined
   * @param owner null if there is none
   */
  public static Fenced byOwner(String instance, String node, String owner) {
    if (node == null) {
      return new Fenced("this node is in no cluster: it has not joined, or was declared dead");
    }
    if (node.equals(owner)) {
      return new Fenced("node " + node + " has no lease any more: it was declared dead");
    }
    return new Fenced(
        "instance "
            + instance
            + " is owned by "
            + (owner == null ? "no node" : "node " + owner)
            + ", this node is "
            + node);
  }

  public static Fenced by(String instance, long writer, long current) {
    return new Fenced(
        "writer of " + instance + " is of generation " + writer + ", expected " + current);
  }
}
