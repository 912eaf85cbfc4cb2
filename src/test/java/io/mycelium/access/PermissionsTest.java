package io.mycelium.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may do what. */
class PermissionsTest {
  private static final Tenant ACME = new Tenant("acme", "acme-");
  private static final List<Glob> CHAT = List.of(Glob.of("chat"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "instances:create | CREATE_INSTANCE PUT_ROOM",
        "instances:read   | LIST_INSTANCES GET_INSTANCE GET_STATS LIST_RESTARTS GET_ROOM",
        "instances:delete | DELETE_INSTANCE DELETE_ROOM",
        "messages:write   | ",
        "console          | ",
      })
  void scopeGivesTheseAndNoOthers(String scope, String actions) {
    Grant grant = new Grant(CHAT, Map.of(), Set.of(Scope.of(scope)));
    assertThat(allowed(grant)).isEqualTo(with(actions));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "join     | CONNECT JOIN GET_ROOMS",
        "push     | CONNECT PUSH",
        "presence | CONNECT PRESENCE",
        "history  | CONNECT HISTORY LIST_ENTRIES GET_STATE",
      })
  void roomRightGivesTheseAndNoOthers(String right, String actions) {
    Grant grant = new Grant(CHAT, Map.of(Glob.of("lob*"), RoomRights.named(right)), Set.of());
    assertThat(allowed(grant)).isEqualTo(with(actions));
  }

  @Test
  void messageOverRestNeedsScopeAndRightFromOneGrant() {
    Grant scope = new Grant(CHAT, Map.of(), Set.of(Scope.MESSAGES_WRITE));
    Grant right = new Grant(CHAT, Map.of(Glob.ALL, RoomRights.ALL), Set.of());
    Grant both = new Grant(CHAT, Map.of(Glob.of("lobby"), RoomRights.ALL), scope.scopes());
    assertThat(may(Action.SEND_MESSAGE, "chat", "lobby", scope)).isFalse();
    assertThat(may(Action.SEND_MESSAGE, "chat", "lobby", scope, right)).isFalse();
    assertThat(may(Action.SEND_MESSAGE, "chat", "lobby", both)).isTrue();
    assertThat(may(Action.SEND_MESSAGE, "chat", "other", both)).isFalse();
  }

  @Test
  void adminMayDoEverythingOnItsInstancesAndNothingBeyond() {
    Grant admin = new Grant(CHAT, Map.of(), Set.of(Scope.ADMIN));
    Set<Action> all = EnumSet.allOf(Action.class);
    all.removeAll(
        EnumSet.of(
            Action.CONSOLE,
            Action.LIST_NODES,
            Action.DRAIN_NODE,
            Action.RESUME_NODE,
            Action.REVOKE,
            Action.LIST_REVOCATIONS));
    assertThat(allowed(admin)).isEqualTo(all);
    assertThat(may(Action.GET_INSTANCE, "chat2", null, admin)).isFalse();
    assertThat(may(Action.CREATE_INSTANCE, null, null, admin)).isFalse();
  }

  @Test
  void wholeNodeNeedsAllInstances() {
    Grant some = new Grant(List.of(Glob.of("c*")), Map.of(), Set.of(Scope.ADMIN));
    Grant all = new Grant(List.of(Glob.ALL), Map.of(), Set.of(Scope.ADMIN));
    for (Action action :
        List.of(
            Action.CONSOLE,
            Action.LIST_NODES,
            Action.DRAIN_NODE,
            Action.RESUME_NODE,
            Action.REVOKE,
            Action.LIST_REVOCATIONS,
            Action.CREATE_INSTANCE)) {
      assertThat(may(action, null, null, some)).as(action.name()).isFalse();
      assertThat(may(action, null, null, all)).as(action.name()).isTrue();
    }
  }

  @Test
  void tenantsAdminRevokesItsOwnAndSeesNoConsole() {
    Identity acme = identity(ACME, Grant.everything());
    assertThat(Permissions.allows(acme, Action.REVOKE, null, null)).isTrue();
    assertThat(Permissions.allows(acme, Action.CREATE_INSTANCE, null, null)).isTrue();
    assertThat(Permissions.allows(acme, Action.CONSOLE, null, null)).isFalse();
    assertThat(Permissions.allows(acme, Action.GET_INSTANCE, "acme", null)).isFalse();
    assertThat(acme.prefix()).isEqualTo("acme-");
  }

  @Test
  void whoeverMayUseTheConsoleSeesTheNodesAndAnAdminDrainsThem() {
    Grant console = new Grant(List.of(Glob.ALL), Map.of(), Set.of(Scope.CONSOLE));
    Grant others = new Grant(List.of(Glob.ALL), Grant.ALL_ROOMS, Set.of(Scope.INSTANCES_READ));
    Identity acme = identity(ACME, Grant.everything());
    assertThat(may(Action.LIST_NODES, null, null, console)).isTrue();
    assertThat(may(Action.LIST_NODES, null, null, others)).isFalse();
    for (Action action : List.of(Action.LIST_NODES, Action.DRAIN_NODE, Action.RESUME_NODE)) {
      assertThat(Permissions.allows(acme, action, null, null)).as(action.name()).isFalse();
    }
    for (Action action : List.of(Action.DRAIN_NODE, Action.RESUME_NODE)) {
      assertThat(may(action, null, null, console)).as(action.name()).isFalse();
    }
    assertThat(Permissions.allows(acme, Action.MOVE_INSTANCE, "acme-chat", null)).isTrue();
    assertThat(Permissions.allows(acme, Action.MOVE_INSTANCE, "chat", null)).isFalse();
  }

  @Test
  void guestMayReadOrWriteInItsInstanceOnly() {
    Identity reader = Identity.guest("g", "chat", false);
    Identity writer = Identity.guest("g", "chat", true);
    assertThat(Permissions.allows(reader, Action.JOIN, "chat", "lobby")).isTrue();
    assertThat(Permissions.allows(reader, Action.PUSH, "chat", "lobby")).isFalse();
    assertThat(Permissions.allows(writer, Action.PUSH, "chat", "lobby")).isTrue();
    assertThat(Permissions.allows(writer, Action.JOIN, "chat2", "lobby")).isFalse();
    assertThat(Permissions.allows(writer, Action.GET_INSTANCE, "chat", null)).isFalse();
  }

  @Test
  void refusalNamesWhoWhatWhereAndWhatItNeeds() {
    Identity ada = new Identity("ada", List.of(), Identity.NEVER, 0, null, null);
    Refusal refusal = Permissions.check(ada, Action.PUSH, "chat", "general");
    assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal)
        .hasMessage(
            "user ada may not push in room general of instance chat: it needs the room right push"
                + " for that instance");
    assertThat(Permissions.check(identity(null), Action.CONSOLE, null, null))
        .hasMessage(
            "this token may not use the console: it needs the scope console for instances *, in a token"
                + " that is not a tenant's");
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void nothingGivenIsNothingAllowed(Action action) {
    Identity nobody = Identity.nothing("ada");
    assertThat(Permissions.allows(nobody, action, "chat", "lobby"))
        .isEqualTo(action == Action.LIST_TYPES);
    assertThatNoException().isThrownBy(() -> Permissions.refusal(nobody, action, null, null));
    assertThat(Permissions.allows(Identity.everything("x"), action, "chat", "lobby")).isTrue();
  }

  @Test
  void rightsOfAChannelAreTheUnionAndAreMadeOnce() {
    Grant join = new Grant(CHAT, Map.of(Glob.of("lobby"), RoomRights.named("join")), Set.of());
    Grant push = new Grant(CHAT, Map.of(Glob.of("lo*"), RoomRights.named("push")), Set.of());
    RoomRights rights = Permissions.rights(identity(null, join, push), "chat", "lobby");
    assertThat(rights.mayJoin()).isTrue();
    assertThat(rights.mayPush()).isTrue();
    assertThat(rights.seesPresence()).isFalse();
    assertThat(rights).isSameAs(RoomRights.named("push").or(RoomRights.named("join")));
  }

  /** A new operation must be decided about. */
  @Test
  void everyOperationOfTheContractHasItsAction() throws IOException {
    Set<String> described = new TreeSet<>();
    Matcher ids =
        Pattern.compile("operationId: (\\w+)")
            .matcher(Files.readString(Path.of("src/main/resources/openapi.yaml")));
    while (ids.find()) {
      described.add(ids.group(1));
    }
    assertThat(Arrays.stream(Action.values()).map(Action::operation).filter(Objects::nonNull))
        .containsExactlyInAnyOrderElementsOf(described);
    assertThat(described).allMatch(id -> Action.ofOperation(id) != null);
  }

  /** Every action is in the table that people read. */
  @Test
  void everyActionIsInTheDocs() throws IOException {
    String docs = Files.readString(Path.of("docs/access.md"));
    for (Action action : Action.values()) {
      String named = action.operation() == null ? action.words() : "`" + action.operation() + "`";
      assertThat(docs).contains("| " + named);
    }
  }

  private static Set<Action> allowed(Grant grant) {
    Set<Action> allowed = EnumSet.noneOf(Action.class);
    for (Action action : Action.values()) {
      if (may(action, "chat", "lobby", grant)) {
        allowed.add(action);
      }
    }
    return allowed;
  }

  /** Whoever has a token may list the types, and these. */
  private static Set<Action> with(String actions) {
    Set<Action> set = EnumSet.of(Action.LIST_TYPES);
    if (actions != null) {
      Arrays.stream(actions.split(" ")).map(Action::valueOf).forEach(set::add);
    }
    return set;
  }

  private static boolean may(Action action, String instance, String room, Grant... grants) {
    return Permissions.allows(identity(null, grants), action, instance, room);
  }

  private static Identity identity(Tenant tenant, Grant... grants) {
    return new Identity(null, List.of(grants), Identity.NEVER, Identity.UNKNOWN, null, tenant);
  }
}
