package io.mycelium.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PresencePropertiesTest {
  /**
   * A client's map, as phoenix.js keeps it: metas by reference; of users it does not know it hears
   * no leave.
   */
  private static final class Client {
    private final Map<String, Set<String>> users = new TreeMap<>();

    Client(byte[] state) {
      merge(new JsonObject(new String(state)));
    }

    private void merge(JsonObject joins) {
      refs(joins)
          .forEach((user, refs) -> users.computeIfAbsent(user, u -> new TreeSet<>()).addAll(refs));
    }

    void apply(JsonObject diff) {
      merge(diff.getJsonObject("joins"));
      refs(diff.getJsonObject("leaves"))
          .forEach(
              (user, refs) ->
                  users.computeIfPresent(
                      user,
                      (u, known) -> {
                        known.removeAll(refs);
                        return known.isEmpty() ? null : known;
                      }));
    }
  }

  private static Map<String, Set<String>> refs(JsonObject state) {
    Map<String, Set<String>> users = new TreeMap<>();
    for (String user : state.fieldNames()) {
      Set<String> refs = users.computeIfAbsent(user, u -> new TreeSet<>());
      JsonArray metas = state.getJsonObject(user).getJsonArray("metas");
      metas.forEach(meta -> refs.add(((JsonObject) meta).getString("phx_ref")));
    }
    return users;
  }

  /**
   * What happens: {@code join} of a user, {@code leave} of the nth channel, a {@code diff}, a
   * {@code watcher} comes.
   */
  record Step(String what, String user, int nth) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> what = Arbitraries.of("join", "join", "leave", "leave", "diff", "watcher");
    Arbitrary<String> users = Arbitraries.of("ada", "bob", "cara");
    return Combinators.combine(what, users, Arbitraries.integers().between(0, 9))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 500)
  void everyClientThatAppliesTheDiffsHasTheState(@ForAll("steps") List<Step> steps) {
    Presence presence = new Presence();
    List<String[]> channels = new ArrayList<>();
    List<Client> clients = new ArrayList<>();
    int ref = 0;
    for (Step step : steps) {
      switch (step.what()) {
        case "join" -> {
          String meta = String.valueOf(++ref);
          channels.add(new String[] {step.user(), meta});
          presence.join(step.user(), new Presence.Meta(meta, "{\"phx_ref\":\"" + meta + "\"}"));
        }
        case "leave" -> {
          if (step.nth() < channels.size()) {
            String[] gone = channels.remove(step.nth());
            presence.leave(gone[0], gone[1]);
          }
        }
        case "watcher" -> clients.add(new Client(presence.state()));
        default -> sendDiff(presence, clients);
      }
    }
    sendDiff(presence, clients);
    assertThat(presence.hasDiff()).isFalse();
    Map<String, Set<String>> model = new TreeMap<>();
    channels.forEach(
        channel -> model.computeIfAbsent(channel[0], user -> new TreeSet<>()).add(channel[1]));
    assertThat(refs(new JsonObject(new String(presence.state())))).isEqualTo(model);
    assertThat(presence.userCount()).isEqualTo(model.size());
    clients.forEach(client -> assertThat(client.users).isEqualTo(model));
  }

  private static void sendDiff(Presence presence, List<Client> clients) {
    if (presence.hasDiff()) {
      JsonObject diff = new JsonObject(new String(presence.takeDiff()));
      clients.forEach(client -> client.apply(diff));
    }
  }

  @Test
  void whoWasShownBetweenTwoDiffsIsInTheLeaves() {
    Presence presence = new Presence();
    presence.join("ada", new Presence.Meta("1", "{\"phx_ref\":\"1\"}"));
    presence.state();
    presence.leave("ada", "1");
    assertThat(new String(presence.takeDiff()))
        .contains("\"leaves\":{\"ada\"")
        .contains("\"joins\":{}");
  }
}
