package io.mycelium.journal;

/** The writer was replaced by another one; its write changed nothing. */
public final class Fenced extends Exception {
  private static final long serialVersionUID = 1;

  public Fenced(String message) {
    super(message, null, false, false);
  }

  /** The writer's node does not own the instance. */
  public static Fenced byOwner(String instance, String node, String owner) {
    return new Fenced(
        "instance "
            + instance
            + " is owned by "
            + (owner == null ? "no node" : "node " + owner)
            + ", this node is "
            + (node == null ? "in no cluster" : node));
  }

  public static Fenced by(String instance, long writer, long current) {
    return new Fenced(
        "writer of " + instance + " is of generation " + writer + ", expected " + current);
  }
}
