package io.mycelium.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of any grants: names are of few letters, so that they meet. */
class AccessPropertiesTest {
  @Property
  void globMatchesAsTheRegularExpressionWould(
      @ForAll("globs") Glob glob, @ForAll("names") String name) {
    String expression = Pattern.quote(glob.text()) + (glob.open() ? ".*" : "");
    assertThat(glob.matches(name)).isEqualTo(name.matches(expression));
  }

  @Property
  void globWithinAPrefixMatchesWhatBothDo(
      @ForAll("globs") Glob glob, @ForAll("names") String prefix, @ForAll("names") String name) {
    Glob within = glob.within(prefix);
    boolean both = glob.matches(name) && name.startsWith(prefix);
    assertThat(within != null && within.matches(name)).isEqualTo(both);
  }

  @Property
  void moreGrantsNeverAllowLess(
      @ForAll("grants") List<Grant> some,
      @ForAll("grants") List<Grant> more,
      @ForAll Action action,
      @ForAll("names") String instance,
      @ForAll("names") String room) {
    List<Grant> all = new ArrayList<>(more);
    all.addAll(some);
    boolean bySome = Permissions.allows(identity(some, null), action, instance, room);
    boolean byMore = Permissions.allows(identity(more, null), action, instance, room);
    assertThat(Permissions.allows(identity(all, null), action, instance, room))
        .isEqualTo(bySome || byMore);
    assertThat(
            Permissions.rights(identity(some, null), instance, room)
                .isWithin(Permissions.rights(identity(all, null), instance, room)))
        .isTrue();
  }

  @Property
  void tenantGetsWhatWasGivenInsideItsPrefixAndNothingOutside(
      @ForAll("grants") List<Grant> grants,
      @ForAll Action action,
      @ForAll("names") String instance,
      @ForAll("names") String room) {
    Identity tenant = identity(grants, new Tenant("t", "ab"));
    Identity whole = identity(grants, null);
    boolean allowed = Permissions.allows(tenant, action, instance, room);
    switch (action.over()) {
      case NODE -> assertThat(allowed).isFalse();
      case INSTANCE, ROOM, INSTANCE_WITH_ROOMS, INSTANCE_OR_ALL ->
          assertThat(allowed)
              .isEqualTo(
                  instance.startsWith("ab") && Permissions.allows(whole, action, instance, room));
      default -> {
        // Over no instance by name.
      }
    }
    if (!instance.startsWith("ab")) {
      assertThat(Permissions.rights(tenant, instance, room)).isSameAs(RoomRights.NONE);
    }
  }

  @Property
  void rightsOfAChannelDecideAsACheckWould(
      @ForAll("grants") List<Grant> grants,
      @ForAll("names") String instance,
      @ForAll("names") String room) {
    Identity identity = identity(grants, null);
    RoomRights rights = Permissions.rights(identity, instance, room);
    assertThat(rights.mayJoin()).isEqualTo(allows(identity, Action.JOIN, instance, room));
    assertThat(rights.mayPush()).isEqualTo(allows(identity, Action.PUSH, instance, room));
    assertThat(rights.seesPresence()).isEqualTo(allows(identity, Action.PRESENCE, instance, room));
    assertThat(rights.readsHistory()).isEqualTo(allows(identity, Action.HISTORY, instance, room));
  }

  private static boolean allows(Identity identity, Action action, String instance, String room) {
    return Permissions.allows(identity, action, instance, room);
  }

  private static Identity identity(List<Grant> grants, Tenant tenant) {
    return new Identity("ada", grants, Identity.NEVER, Identity.UNKNOWN, null, tenant);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab-").ofMaxLength(4);
  }

  @Provide
  Arbitrary<Glob> globs() {
    return Combinators.combine(names(), Arbitraries.of(true, false)).as(Glob::new);
  }

  @Provide
  Arbitrary<List<Grant>> grants() {
    Arbitrary<RoomRights> rights = Arbitraries.integers().between(0, 15).map(RoomRights::of);
    return Combinators.combine(
            globs().list().ofMaxSize(3),
            Arbitraries.maps(globs(), rights).ofMaxSize(3),
            Arbitraries.of(Scope.class).set().ofMaxSize(2))
        .as(Grant::new)
        .list()
        .ofMaxSize(3);
  }
}
