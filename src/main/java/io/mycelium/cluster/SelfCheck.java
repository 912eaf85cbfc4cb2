package io.mycelium.cluster;

import io.mycelium.ops.ClusterFigures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node is heard. After each change of members it puts its addresses down again; then,
 * and every few seconds, it asks another node, each in turn, whether that one would send to each of
 * its addresses and has an answer from it. Where not, it takes the address away and puts it down
 * again, of which the engine tells everybody.
 *
 * <p>A node that is asked reads anew what it had kept wrongly, so that a check mends both ends.
 * Runs on one event loop.
 */
final class SelfCheck implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(SelfCheck.class);
  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(2000);
  private static final DeliveryOptions LESS = new DeliveryOptions().setSendTimeout(1000);
  private static final long EVERY_MS = 5000;
  private static final long AFTER_CHANGE_MS = 500;
  private static final long PAUSE_MS = 300;

  private final Vertx vertx;
  private final Registrations registrations;
  private final Membership membership;
  private final ClusterFigures figures;
  private int turn;
  private boolean soon;

  SelfCheck(
      Vertx vertx, Registrations registrations, Membership membership, ClusterFigures figures) {
    this.vertx = vertx;
    this.registrations = registrations;
    this.membership = membership;
    this.figures = figures;
  }

  private static String asking(String vertxId) {
    return "cluster.check." + vertxId;
  }

  private static String hearing(String vertxId) {
    return "cluster.heard." + vertxId;
  }

  /** Answers others from now on; done once they may ask. */
  Future<Void> answer() {
    String self = registrations.getNodeId();
    return Future.all(
            vertx.eventBus().consumer(asking(self), this::check).completion(),
            vertx
                .eventBus()
                .consumer(hearing(self), message -> message.reply(membership.ownId()))
                .completion())
        .mapEmpty();
  }

  /** Checks from now on. */
  void start() {
    membership.listen(this);
    vertx.setPeriodic(EVERY_MS, timer -> askNext());
  }

  @Override
  public void joined(String nodeId) {
    changed();
  }

  @Override
  public void left(String nodeId) {
    changed();
  }

  /** Many members that come or go at once are one change. */
  private void changed() {
    if (!soon) {
      soon = true;
      vertx.setTimer(
          AFTER_CHANGE_MS,
          timer -> {
            soon = false;
            registrations
                .republish()
                .eventually(registrations::refresh)
                .onComplete(done -> membership.vertxIds().forEach(this::ask));
          });
    }
  }

  private void askNext() {
    List<String> others = new ArrayList<>(membership.vertxIds());
    if (!others.isEmpty()) {
      ask(others.get(Math.floorMod(turn++, others.size())));
    }
  }

  /** Whether that node hears this one. */
  Future<Boolean> ask(String other) {
    String self = registrations.getNodeId();
    JsonObject question =
        new JsonObject()
            .put("node", self)
            .put("addresses", new JsonArray(List.copyOf(registrations.own())));
    return vertx
        .eventBus()
        .<JsonObject>request(asking(other), question, PATIENCE)
        .map(
            answer -> {
              Set<String> unheard = new HashSet<>();
              answer.body().getJsonArray("unheard").forEach(each -> unheard.add((String) each));
              if (!answer.body().getBoolean("heard")) {
                unheard.add(hearing(self));
              }
              renew(unheard, other);
              return unheard.isEmpty();
            })
        .recover(
            failure -> {
              figures.checkFailed();
              LOG.debug("cluster: {} does not answer", other, failure);
              // One end has forgotten the other, or where it is.
              return registrations
                  .republish()
                  .eventually(registrations::refresh)
                  .transform(done -> Future.succeededFuture(false));
            });
  }

  private void renew(Set<String> unheard, String other) {
    if (!unheard.isEmpty()) {
      figures.registrationsRenewed(unheard.size());
      LOG.warn(
          "cluster: node {} does not hear {} of this node's addresses, put down again",
          membership.byVertxId().get(other),
          unheard.size());
      unheard.forEach(registrations::renew);
    }
  }

  /** Another node's question. */
  private void check(Message<JsonObject> message) {
    String node = message.body().getString("node");
    Set<String> addresses = new HashSet<>();
    message.body().getJsonArray("addresses").forEach(each -> addresses.add((String) each));
    Future<Set<String>> unheard = registrations.unheard(node, addresses);
    unheard
        .compose(found -> vertx.eventBus().request(hearing(node), null, LESS))
        .map(true)
        .otherwise(false)
        .onSuccess(
            heard ->
                message.reply(
                    new JsonObject()
                        .put("heard", heard)
                        .put("unheard", new JsonArray(List.copyOf(orNone(unheard))))));
  }

  private static Set<String> orNone(Future<Set<String>> found) {
    return found.succeeded() ? found.result() : Set.of();
  }

  /**
   * Whether this node gets through to the others that are there: it does not where they have
   * another authority for certificates, or where its port is closed to them. One that has just
   * started may not listen yet, so it is tried again until one answers.
   */
  Future<Reached> reach(int tries) {
    return reach()
        .compose(
            reached ->
                !reached.isAlone() || tries <= 1
                    ? Future.succeededFuture(reached)
                    : vertx.timer(PAUSE_MS, TimeUnit.MILLISECONDS).compose(t -> reach(tries - 1)));
  }

  private Future<Reached> reach() {
    List<Future<Message<Object>>> answers =
        membership.vertxIds().stream()
            .map(id -> vertx.eventBus().request(hearing(id), null, LESS))
            .toList();
    if (answers.isEmpty()) {
      return Future.succeededFuture(new Reached(0, false));
    }
    return Future.any(answers)
        .map(true)
        .otherwise(false)
        .map(heard -> new Reached(answers.size(), heard));
  }

  /** How many others there are, and whether one of them has answered. */
  record Reached(int others, boolean heard) {
    boolean isAlone() {
      return others > 0 && !heard;
    }
  }
}
