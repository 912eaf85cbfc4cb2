package io.mycelium.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Refusal;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RevocationsTest {
  private static final long ANY = Revocation.ANY_TIME;
  private final Revocations revocations = new Revocations();

  @Test
  void tokenUserOrAllBeforeATimeAreHit() {
    revocations.add(new Revocation(null, "t1", null, ANY, Identity.NEVER));
    revocations.add(new Revocation(null, null, "eve", ANY, Identity.NEVER));
    revocations.add(new Revocation(null, null, null, 100, Identity.NEVER));
    assertThat(revocations.hits(identity("ada", "t1", 200, null))).isTrue();
    assertThat(revocations.hits(identity("eve", "t2", 200, null))).isTrue();
    assertThat(revocations.hits(identity("ada", "t2", 99, null))).isTrue();
    assertThat(revocations.hits(identity("ada", null, Identity.UNKNOWN, null))).isTrue();
    assertThat(revocations.hits(identity("ada", "t2", 100, null))).isFalse();
    assertThat(revocations.hits(identity(null, null, 100, null))).isFalse();
  }

  @Test
  void tenantsRulesAreItsOwn() {
    Tenant acme = new Tenant("acme", "acme-");
    revocations.add(new Revocation("acme", null, "eve", ANY, Identity.NEVER));
    assertThat(revocations.hits(identity("eve", null, 1, acme))).isTrue();
    assertThat(revocations.hits(identity("eve", null, 1, null))).isFalse();
    assertThat(revocations.of("acme")).hasSize(1);
    assertThat(revocations.of(null)).isEmpty();
  }

  @Test
  void ruleGoesWhenWhatItHitsHasExpired() {
    revocations.add(new Revocation(null, "t1", null, ANY, 50));
    revocations.removeExpired(49);
    assertThat(revocations.hits(identity("ada", "t1", 1, null))).isTrue();
    revocations.removeExpired(50);
    assertThat(revocations.hits(identity("ada", "t1", 1, null))).isFalse();
    assertThat(revocations.size()).isZero();
  }

  @Test
  void repeatedRulesDoNotAddUpAndTheWiderOneStays() {
    for (int time = 1; time <= 1000; time++) {
      revocations.add(new Revocation(null, null, "eve", time, Identity.NEVER));
    }
    revocations.add(new Revocation(null, null, "eve", 5, Identity.NEVER));
    assertThat(revocations.size()).isEqualTo(1);
    assertThat(revocations.hits(identity("eve", null, 999, null))).isTrue();
  }

  @Test
  void thereIsABoundThatSaysWhatToDo() {
    List<Revocation> many = new ArrayList<>();
    for (int i = 0; i < Revocations.MAX; i++) {
      many.add(new Revocation(null, "t" + i, null, ANY, Identity.NEVER));
    }
    revocations.addAll(many);
    assertThatThrownBy(() -> revocations.add(new Revocation(null, "x", null, ANY, 1)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("issued_before");
  }

  @Test
  void ruleThatNamesNothingIsRefused() {
    assertThatThrownBy(() -> new Revocation(null, null, null, ANY, 1))
        .hasMessageContaining("token, user and issued_before");
  }

  @Property
  void indexHitsWhatAnyRuleHits(
      @ForAll("rules") List<Revocation> rules,
      @ForAll("few") String user,
      @ForAll("few") String token) {
    Revocations index = new Revocations();
    rules.forEach(index::add);
    Identity identity = identity(user, token, 3, null);
    boolean any = rules.stream().anyMatch(r -> r.tenant() == null && r.hits(identity));
    assertThat(index.hits(identity)).isEqualTo(any);
  }

  @Provide
  Arbitrary<String> few() {
    return Arbitraries.of("a", "b").injectNull(0.3);
  }

  @Provide
  Arbitrary<List<Revocation>> rules() {
    return Combinators.combine(
            Arbitraries.of("t").injectNull(0.8),
            few(),
            few(),
            Arbitraries.longs().between(1, 5),
            Arbitraries.longs().between(1, 3))
        .as(Revocation::new)
        .list()
        .ofMaxSize(6);
  }

  private static Identity identity(String user, String token, long issuedAt, Tenant tenant) {
    return new Identity(user, List.of(), Identity.NEVER, issuedAt, token, tenant);
  }
}
