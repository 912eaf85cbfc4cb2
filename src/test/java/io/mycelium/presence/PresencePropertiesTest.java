package io.mycelium.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
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
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PresencePropertiesTest {
  /**
   * A client's map, as phoenix.js keeps it: metas by reference; it gets no leave of a user that it
   * does not know.
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
    Presence presence = new Presence(1 << 20);
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

  @Property(tries = 500)
  void aStateWeighsAtMostWhatItMayAndNobodyIsMissing(
      @ForAll List<@IntRange(max = 3000) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 20_000) int maxBytes) {
    Presence presence = new Presence(maxBytes);
    Map<String, Set<String>> model = new TreeMap<>();
    long whole = 2;
    long bare = 2;
    for (int i = 0; i < sizes.size(); i++) {
      String user = "ü" + i % 7;
      String meta = "{\"phx_ref\":\"r%d\",\"x\":\"%s\"}".formatted(i, "é".repeat(sizes.get(i) / 2));
      presence.join(user, new Presence.Meta("r" + i, meta));
      boolean first = model.computeIfAbsent(user, u -> new TreeSet<>()).add("r" + i);
      assertThat(first).isTrue();
      whole += meta.getBytes(StandardCharsets.UTF_8).length + 1;
      bare += ("{\"phx_ref\":\"r" + i + "\"},").length();
    }
    long users = model.size() * 19L;
    byte[] state = presence.state();
    JsonObject json = new JsonObject(new String(state, StandardCharsets.UTF_8));
    assertThat(refs(json)).isEqualTo(model);
    assertThat((long) state.length).isLessThanOrEqualTo(Math.max(maxBytes, users + bare));
    if (whole + users <= maxBytes) {
      assertThat(cut(json)).isZero();
    }
  }

  private static long cut(JsonObject state) {
    return state.fieldNames().stream()
        .flatMap(user -> state.getJsonObject(user).getJsonArray("metas").stream())
        .filter(meta -> !((JsonObject) meta).containsKey("x"))
        .count();
  }

  @Test
  void whoeverSendsLargeMetasLosesTheirsFirst() {
    Presence presence = new Presence(1000);
    presence.join("mallory", meta("1", 400));
    presence.join("mallory", meta("2", 400));
    presence.join("ada", meta("3", 40));
    presence.join("mallory", meta("4", 400));
    presence.join("bob", meta("5", 40));
    JsonObject state = new JsonObject(new String(presence.state()));
    List<String> shown = new ArrayList<>();
    for (String user : state.fieldNames()) {
      for (Object each : state.getJsonObject(user).getJsonArray("metas")) {
        JsonObject meta = (JsonObject) each;
        shown.add(meta.getString("phx_ref") + (meta.containsKey("x") ? " whole" : " bare"));
      }
    }
    assertThat(shown).containsExactly("1 whole", "2 bare", "4 bare", "3 whole", "5 whole");
  }

  private static Presence.Meta meta(String ref, int bytes) {
    return new Presence.Meta(
        ref, "{\"phx_ref\":\"%s\",\"x\":\"%s\"}".formatted(ref, "x".repeat(bytes)));
  }

  @Test
  void whoWasShownBetweenTwoDiffsIsInTheLeaves() {
    Presence presence = new Presence(1 << 20);
    presence.join("ada", new Presence.Meta("1", "{\"phx_ref\":\"1\"}"));
    presence.state();
    presence.leave("ada", "1");
    assertThat(new String(presence.takeDiff()))
        .contains("\"leaves\":{\"ada\"")
        .contains("\"joins\":{}");
  }
}
