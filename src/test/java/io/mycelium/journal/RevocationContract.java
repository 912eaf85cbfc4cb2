package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.RevocationStore.Revoked;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store does with revocations, too. */
public abstract class RevocationContract extends RegisterContract {
  private static final int MANY = 100;
  private static final long EVER = Long.MAX_VALUE;

  private RevocationStore revocations() {
    return store.revocations();
  }

  private boolean add(Revoked revoked) {
    return await(revocations().add(revoked, MANY));
  }

  private List<Revoked> all() {
    return await(revocations().load());
  }

  @Test
  void revocationsComeBackAsTheyWereMade() {
    List<Revoked> made =
        List.of(
            new Revoked(null, "t1", null, EVER, EVER),
            new Revoked("acme", null, "zoë \ud83c\udf44", 1_800_000_000, 1_900_000_000),
            new Revoked(null, null, null, 5, EVER),
            new Revoked("acme", "t1", "zoë", 7, 8));
    made.forEach(each -> assertThat(add(each)).isTrue());
    assertThat(all()).containsExactlyInAnyOrderElementsOf(made);
  }

  @Test
  void revocationMadeAgainIsKeptOnce() {
    Revoked one = new Revoked(null, "t1", null, EVER, EVER);
    assertThat(add(one)).isTrue();
    assertThat(add(one)).isTrue();
    assertThat(all()).containsExactly(one);
  }

  /** Else a user who signs out everywhere each day would fill the store. */
  @Test
  void revocationThatDoesMoreTakesThePlaceOfTheOther() {
    add(new Revoked(null, null, "ada", 10, 100));
    add(new Revoked(null, null, "ada", 5, 50));
    Revoked later = new Revoked(null, null, "ada", 20, 200);
    Revoked longer = new Revoked(null, null, "ada", 15, 300);
    Revoked other = new Revoked(null, null, "bob", 1, 1);
    add(later);
    add(longer);
    add(other);
    assertThat(all()).containsExactlyInAnyOrder(later, longer, other);
  }

  @Test
  void noMoreAreKeptThanThereMayBe() {
    Revoked first = new Revoked(null, "t1", null, EVER, 10);
    assertThat(await(revocations().add(first, 1))).isTrue();
    assertThat(await(revocations().add(new Revoked(null, "t2", null, EVER, 10), 1))).isFalse();
    assertThat(await(revocations().add(first, 1))).isTrue();
    Revoked longer = new Revoked(null, "t1", null, EVER, 20);
    assertThat(await(revocations().add(longer, 1))).isTrue();
    assertThat(all()).containsExactly(longer);
  }

  @Test
  void thoseWhoseTimeIsOverAreForgotten() {
    Revoked ever = new Revoked(null, "t1", null, EVER, EVER);
    Revoked later = new Revoked(null, "t2", null, EVER, 11);
    add(ever);
    add(later);
    add(new Revoked(null, "t3", null, EVER, 10));
    await(revocations().removeExpired(10));
    assertThat(all()).containsExactlyInAnyOrder(ever, later);
  }
}
