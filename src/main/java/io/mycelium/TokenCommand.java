package io.mycelium;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Identity;
import io.mycelium.access.KeySource;
import io.mycelium.access.TenantConfig;
import io.mycelium.access.token.SecretKeyFile;
import io.mycelium.access.token.TokenCheck;
import io.mycelium.access.token.TokenMint;
import io.mycelium.access.token.TokenWords;
import io.mycelium.config.ConfigOption;
import io.mycelium.config.DurationText;
import io.mycelium.ops.SmallVertx;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Only the token goes to standard output, for scripts; notes go to standard error. */
@Command(
    name = "token",
    description = "Make a token with the configured secret, or the one that serve has made.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class TokenCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofDays(3660);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption file;

  @Option(
      names = "--user",
      paramLabel = "ID",
      description = "Who it is for (sub). Without it, a back end: over REST only.")
  private String user;

  @Option(
      names = "--instances",
      split = ",",
      paramLabel = "GLOB",
      description = "Ids; an id may end with *, for all that begin like it.")
  private List<String> instances = List.of();

  @Option(
      names = "--rooms",
      paramLabel = "GLOB=RIGHTS",
      description =
          "Rights (join, push, presence, history) in these rooms, such as 'lobby=join,push';"
              + " may be repeated. Without it, all in all rooms.")
  private List<String> rooms = List.of();

  @Option(
      names = "--scope",
      split = ",",
      paramLabel = "SCOPE",
      description =
          "instances:create, instances:read, instances:delete, messages:write, console, admin.")
  private List<String> scope = List.of();

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description = "From now, such as 30m, 1h, 7d. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1h")
  private Duration expires;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "With the keys of this tenant (access.tenants).")
  private String tenant;

  @Override
  public Integer call() {
    if (instances.isEmpty()) {
      throw wrong("--instances is missing: such as --instances 'chat*', or '*' for all");
    }
    if (expires.toSeconds() < 1 || expires.compareTo(LONGEST) > 0) {
      throw wrong("--expires is " + expires + ", expected from 1s to 3660d");
    }
    AccessConfig access = file.load(Map.of()).access();
    KeySource keys = tenant == null ? own(access) : tenant(access);
    JsonObject claims = claims();
    String token = SmallVertx.during(vertx -> TokenMint.make(vertx, access, keys, claims, expires));
    spec.commandLine().getOut().println(token);
    TokenWords.explain(token).stream()
        .dropWhile(line -> !line.equals("}"))
        .skip(1)
        .forEach(spec.commandLine().getErr()::println);
    return 0;
  }

  @Command(
      description = "Say what a token is and what it gives. Nothing is verified.",
      mixinStandardHelpOptions = true)
  int explain(
      @Parameters(paramLabel = "TOKEN", description = "The token; - reads it from standard input.")
          String token) {
    TokenWords.explain(read(token)).forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getErr().println("not verified: see `mycelium token check`");
    return 0;
  }

  @Command(
      description =
          "Check a token as a node of this configuration would, except for revocations, which are in"
              + " its database; exit with 1 if not valid.",
      mixinStandardHelpOptions = true)
  int check(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "TOKEN", description = "The token; - reads it from standard input.")
          String token) {
    AccessConfig access = config.load(Map.of()).access();
    String text = read(token);
    return SmallVertx.during(
        vertx -> {
          TokenCheck check = TokenCheck.of(vertx, access, own(access));
          try {
            Identity identity = check.check(text).await();
            spec.commandLine().getOut().println("valid");
            TokenWords.grants(identity.grants()).forEach(spec.commandLine().getOut()::println);
            return 0;
          } catch (Refusal refusal) {
            spec.commandLine().getOut().println("not valid: " + refusal.getMessage());
            return 1;
          } finally {
            check.close();
          }
        });
  }

  private JsonObject claims() {
    JsonObject claims = new JsonObject().put("instances", new JsonArray(instances));
    if (user != null) {
      claims.put("sub", user);
    }
    if (!scope.isEmpty()) {
      claims.put("scope", new JsonArray(scope));
    }
    if (!rooms.isEmpty()) {
      JsonObject rights = new JsonObject();
      for (String room : rooms) {
        int equals = room.lastIndexOf('=');
        if (equals < 1) {
          throw wrong("--rooms is " + room + ", expected ROOM=RIGHTS such as 'lobby=join,push'");
        }
        rights.put(
            room.substring(0, equals),
            new JsonArray(List.of(room.substring(equals + 1).split(","))));
      }
      claims.put("rooms", rights);
    }
    return claims;
  }

  private static KeySource own(AccessConfig access) {
    KeySource keys = access.keySource();
    return access.needsSecretFile()
        ? keys.withSecret(SecretKeyFile.read(Path.of(access.secretFile())))
        : keys;
  }

  private KeySource tenant(AccessConfig access) {
    TenantConfig config = access.tenants().get(tenant);
    if (config == null) {
      throw wrong("--tenant is " + tenant + ", expected one of " + access.tenants().keySet());
    }
    return config.keySource(tenant);
  }

  private String read(String token) {
    if (!token.equals("-")) {
      return token.strip();
    }
    try {
      String line =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      return line == null ? "" : line.strip();
    } catch (IOException e) {
      throw wrong("standard input cannot be read");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
