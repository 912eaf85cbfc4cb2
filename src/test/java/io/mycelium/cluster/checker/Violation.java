package io.mycelium.cluster.checker;

/** What must not be. */
record Violation(Rule rule, String what) {
  /** Each with what it says. */
  enum Rule {
    ACKED_ONCE("an acknowledged push is in the journal once, as the sequence that it was told"),
    NEVER_TWICE("no push is in the journal twice"),
    REFUSED_NEVER("a push that was refused by name is not in the journal"),
    ORDER_OF_ACKS("a socket's pushes are in the journal in the order in which they were sent"),
    GAPLESS_JOURNAL("the journal of a room counts from 1 without gaps, its terms never go back"),
    GAPLESS_VIEW("a client sees each entry of a room once, in order, without gaps"),
    VIEW_IS_PREFIX("what a client saw is a prefix of the journal, in the end all of it"),
    RESUMED("a client that comes back with its position gets just what it missed"),
    ONE_OWNER("a term has one owner, and nobody else writes in it, nor after the next began"),
    NAMED_ERRORS("a fault shows as a named error that may be tried again, and as nothing else"),
    ANSWERED("each push on a socket that lives is answered"),
    ORDERLY("a node that is told to stop ends with 0 in time"),
    HEALED("in the end every node takes pushes for every instance"),
    SAME_EVERYWHERE("each node tells the same history");

    final String says;

    Rule(String says) {
      this.says = says;
    }
  }

  @Override
  public String toString() {
    return rule + " (" + rule.says + "): " + what;
  }
}
