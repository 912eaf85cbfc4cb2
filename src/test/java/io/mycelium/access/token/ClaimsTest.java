package io.mycelium.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.access.Glob;
import io.mycelium.access.Grant;
import io.mycelium.access.Identity;
import io.mycelium.access.RoomRights;
import io.mycelium.access.Scope;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token's claims mean, and which are refused. */
class ClaimsTest {
  @Test
  void topLevelIsOneGrantAndEachCapAnother() throws Exception {
    Claims claims =
        read(
            "{'sub':'ada','jti':'t1','iat':5,'exp':9,'instances':['chat','board*'],"
                + "'rooms':{'lobby':['join','push'],'*':['presence']},'scope':['instances:read'],"
                + "'caps':[{'instances':['*'],'scope':'messages:write admin'},{'instances':['x']}]}");
    assertThat(claims.subject()).isEqualTo("ada");
    assertThat(claims.grants())
        .containsExactly(
            new Grant(
                List.of(new Glob("chat", false), new Glob("board", true)),
                Map.of(
                    new Glob("lobby", false),
                    RoomRights.named("join").or(RoomRights.named("push")),
                    Glob.ALL,
                    RoomRights.named("presence")),
                Set.of(Scope.INSTANCES_READ)),
            new Grant(
                List.of(Glob.ALL), Grant.ALL_ROOMS, Set.of(Scope.MESSAGES_WRITE, Scope.ADMIN)),
            new Grant(List.of(new Glob("x", false)), Grant.ALL_ROOMS, Set.of()));
    Identity identity = claims.identity(null, 3);
    assertThat(identity.expires()).isEqualTo(12);
    assertThat(identity.issuedAt()).isEqualTo(5);
    assertThat(identity.tokenId()).isEqualTo("t1");
  }

  @Test
  void whatIsLeftOutIsNobodyNothingAndNever() throws Exception {
    Claims claims = read("{}");
    assertThat(claims.subject()).isNull();
    assertThat(claims.grants()).isEmpty();
    Identity identity = claims.identity(null, 10);
    assertThat(identity.expires()).isEqualTo(Identity.NEVER);
    assertThat(identity.isExpired(Long.MAX_VALUE - 1)).isFalse();
  }

  /** An identity provider's tokens are full of them. */
  @Test
  void claimsAndScopesOfOthersAreLetPassAndGiveNothing() throws Exception {
    Claims claims =
        read("{'scope':'openid profile admin','email':'a@b','realm_access':{'roles':['x']}}");
    assertThat(claims.grants()).isEmpty();
    claims = read("{'instances':['a'],'scope':'openid profile'}");
    assertThat(claims.grants().get(0).scopes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'sub':''} | claim sub is \"\", expected 1 to 128 characters",
        "{'sub':7} | claim sub is 7",
        "{'sub':null} | claim sub is null",
        "{'sub':['ada']} | claim sub is [\"ada\"]",
        "{'sub':'a\\nb'} | claim sub is \"a\\nb\"",
        "{'sub':'\\u0000'} | claim sub is",
        "{'sub':'\\ud800'} | claim sub is",
        "{'iss':''} | claim iss is",
        "{'iss':['a']} | claim iss is",
        "{'aud':{}} | claim aud is {}",
        "{'aud':['a',1]} | claim aud is [\"a\",1]",
        "{'jti':1} | claim jti is 1",
        "{'jti':'a\\u001b[31m'} | claim jti is",
        "{'instances':'chat'} | claim instances is \"chat\", expected a list",
        "{'instances':['ch*t']} | claim instances is \"ch*t\", expected an id",
        "{'instances':['**']} | claim instances is \"**\"",
        "{'instances':['*chat']} | claim instances is \"*chat\"",
        "{'instances':['']} | claim instances is \"\"",
        "{'instances':['a b']} | claim instances is \"a b\"",
        "{'instances':['.*']} | claim instances is \".*\"",
        "{'instances':[1]} | claim instances is 1",
        "{'instances':null} | claim instances is null",
        "{'rooms':['lobby']} | claim rooms is [\"lobby\"], expected an object",
        "{'rooms':null} | claim rooms is null",
        "{'rooms':{'a*b':['join']}} | claim rooms.\"a*b\" is",
        "{'rooms':{'':['join']}} | claim rooms.\"\" is",
        "{'rooms':{'a':'join'}} | claim rooms.\"a\" is \"join\", expected a list",
        "{'rooms':{'a':['write']}} | claim rooms.\"a\" is \"write\", expected join, push",
        "{'rooms':{'a':['JOIN']}} | claim rooms.\"a\" is \"JOIN\"",
        "{'scope':{}} | claim scope is {}",
        "{'scope':[1]} | claim scope is [1]",
        "{'caps':{}} | claim caps is {}, expected a list of objects",
        "{'caps':['admin']} | claim caps[0] is \"admin\"",
        "{'caps':[{'instances':['a']},{'instances':'b'}]} | claim caps[1].instances is \"b\"",
        "{'caps':[{'instances':['a'],'room':{}}]} | instances, rooms and scope only",
        "{'caps':[{'caps':[]}]} | instances, rooms and scope only",
      })
  void claimOfAWrongKindIsNamed(String claims, String message) {
    refused(claims, message);
  }

  /** CVE-2026-56812: as presence keys they break other users' phoenix.js. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "__proto__",
        "constructor",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "__defineGetter__"
      })
  void nameThatEveryJavaScriptObjectHasIsNoUser(String name) {
    refused("{'sub':'" + name + "'}", "claim sub is \"" + name + "\"");
  }

  @Test
  void longSubjectIsRefusedAndNotRepeatedWhole() {
    refused("{'sub':'" + "x".repeat(129) + "'}", "claim sub is \"xxxx");
    assertThatThrownBy(() -> read("{'sub':'" + "x".repeat(4000) + "'}"))
        .message()
        .hasSizeLessThan(250);
  }

  @Test
  void keyGivenTwiceIsRefused() {
    assertThatThrownBy(() -> read("{'sub':'ada','sub':'eve'}"))
        .hasMessageContaining("a key that it has twice");
    assertThatThrownBy(() -> read("{'caps':[{'scope':'a','scope':'admin'}]}"))
        .hasMessageContaining("a key that it has twice");
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> read("{'a':" + "[".repeat(100) + "]".repeat(100) + "}"))
        .isInstanceOf(JsonText.Malformed.class);
  }

  private static void refused(String claims, String message) {
    assertThatThrownBy(() -> read(claims))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED))
        .hasMessageContaining(message);
  }

  private static Claims read(String json) throws JsonText.Malformed {
    String text = json.replace('\'', '"');
    return Claims.read(JsonText.object(text.getBytes(StandardCharsets.UTF_8)));
  }
}
