package io.mycelium.deployer;

import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Takes instances of a dead node over, many with one statement of the store. A request for one of
 * them waits meanwhile: a second claim would end the first one's term. On the deployer's context.
 */
final class Adoption {
  private final OwnContext context;
  private final Ownership ownership;
  private final Map<String, Future<SupervisedInstance>> loading;
  private final Predicate<String> here;
  private final Function<Registered, Future<SupervisedInstance>> load;

  /**
   * @param loading instances that are being claimed or loaded, by id
   * @param here whether this node has an instance already
   * @param load loads an instance that is claimed
   */
  Adoption(
      OwnContext context,
      Ownership ownership,
      Map<String, Future<SupervisedInstance>> loading,
      Predicate<String> here,
      Function<Registered, Future<SupervisedInstance>> load) {
    this.context = context;
    this.ownership = ownership;
    this.loading = loading;
    this.here = here;
    this.load = load;
  }

  /**
   * Claims those of the instances that nobody owns, and begins to load them.
   *
   * @return the ids of those that this node has or gets, once it takes their commands or is about
   *     to; one that is just being claimed for a request is not among them
   */
  Future<List<String>> ofWanted(List<String> ids) {
    List<String> known = new ArrayList<>();
    Map<String, Promise<SupervisedInstance>> waiting = new HashMap<>();
    for (String id : ids) {
      if (here.test(id)) {
        known.add(id);
      } else if (!loading.containsKey(id)) {
        waiting.put(id, expect(id));
      }
    }
    if (waiting.isEmpty()) {
      return Future.succeededFuture(known);
    }
    return ownership
        .takeAll(List.copyOf(waiting.keySet()))
        .onSuccess(rows -> rows.forEach(row -> begin(row, waiting.remove(row.id()))))
        .onComplete(
            done -> waiting.forEach((id, loaded) -> end(id, loaded, Future.failedFuture(on(id)))))
        .map(
            rows -> {
              rows.forEach(row -> known.add(row.id()));
              return known;
            });
  }

  /** Requests for the instance wait from now on. */
  private Promise<SupervisedInstance> expect(String id) {
    Promise<SupervisedInstance> loaded = context.vertx().promise();
    loading.put(id, loaded.future());
    return loaded;
  }

  private static Refusal on(String id) {
    return new Refusal(ErrorCode.INSTANCE_RESTARTING, "instance " + id + " is on another node now");
  }

  private void begin(Registered row, Promise<SupervisedInstance> loaded) {
    load.apply(row).onComplete(done -> end(row.id(), loaded, done));
  }

  private void end(
      String id, Promise<SupervisedInstance> loaded, AsyncResult<SupervisedInstance> done) {
    loading.remove(id, loaded.future());
    loaded.handle(done);
  }

  /**
   * Claims instances that wait for a tick and loads them.
   *
   * @return the ids of those that were claimed, once they run or have failed to
   */
  Future<List<String>> ofTicking(String dead, String after, int limit) {
    return ownership
        .takeTicking(dead, after, limit)
        .compose(
            rows -> {
              List<Future<SupervisedInstance>> loads = new ArrayList<>();
              for (Registered row : rows) {
                // A request that claimed it after this call has the newer term.
                if (!here.test(row.id()) && !loading.containsKey(row.id())) {
                  Promise<SupervisedInstance> loaded = expect(row.id());
                  begin(row, loaded);
                  loads.add(loaded.future());
                }
              }
              return Future.join(loads)
                  .otherwiseEmpty()
                  .map(done -> rows.stream().map(Registered::id).toList());
            });
  }
}
