package io.mycelium.doctor;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.KeySource;
import io.mycelium.access.token.SecretKeyFile;
import io.mycelium.access.token.TokenCheck;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Who gets in, and whether the keys of the tokens are there. */
record AccessCheck(Vertx vertx, MyceliumConfig config) implements Doctor.Check {
  private static final String CHECK = "access";
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Override
  public List<Finding> call() {
    AccessConfig access = config.access();
    if (access.isOpen()) {
      return List.of(open(access));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(keys(access));
    Stream.concat(Stream.of(access.keySource()), access.tenantKeySources().stream())
        .map(KeySource::jwksUrl)
        .filter(url -> !url.isEmpty())
        .distinct()
        .forEach(url -> findings.add(fetched(url)));
    return findings;
  }

  private Finding open(AccessConfig access) {
    if (!access.openToNetwork() || config.web().isLoopback()) {
      return Finding.ok(CHECK, "open, to this machine only");
    }
    return Finding.warning(
        CHECK,
        "access.mode is open and access.open_to_network is true: whoever reaches "
            + config.web().host()
            + ":"
            + config.web().port()
            + " may read, write and delete everything",
        "access.mode: required",
        "set it, unless a proxy in front asks who the caller is");
  }

  private Finding keys(AccessConfig access) {
    KeySource own = access.keySource();
    Path file = Path.of(access.secretFile());
    if (access.needsSecretFile() && !Files.exists(file)) {
      return made(file);
    }
    try {
      if (access.needsSecretFile()) {
        own = own.withSecret(SecretKeyFile.read(file));
      }
      TokenCheck.of(vertx, access, own).close();
    } catch (Refusal refusal) {
      return Finding.failed(
          CHECK, refusal.field() + " is " + refusal.value(), refusal.expected(), "mend the key");
    }
    return Finding.ok(
        CHECK,
        "tokens are required; keys: "
            + String.join(", ", names(access))
            + (config.cluster().enabled() ? "; they must be the same on each node" : ""));
  }

  private static Finding made(Path file) {
    Path folder = StoreCheck.existing(file.toAbsolutePath().getParent());
    return Files.isDirectory(folder) && Files.isWritable(folder)
        ? Finding.ok(CHECK, "tokens are required; the first start makes their key, " + file)
        : Finding.failed(
            CHECK,
            "no key is configured, and " + folder + " is not writable for this user",
            "a folder for access.secret_file " + file,
            "set access.secret, or let this user write there");
  }

  private static List<String> names(AccessConfig access) {
    List<String> names = new ArrayList<>();
    KeySource own = access.keySource();
    if (access.needsSecretFile()) {
      names.add("access.secret_file " + access.secretFile());
    }
    if (!own.secret().isEmpty()) {
      names.add("access.secret");
    }
    if (!own.keys().isEmpty()) {
      names.add(own.keys().size() + " in access.keys");
    }
    if (!own.jwksFile().isEmpty()) {
      names.add("access.jwks_file " + own.jwksFile());
    }
    if (!own.jwksUrl().isEmpty()) {
      names.add("access.jwks_url");
    }
    if (!access.tenants().isEmpty()) {
      names.add("those of " + access.tenants().size() + " tenants");
    }
    return names;
  }

  private static Finding fetched(String url) {
    String wrong;
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200 && response.body().contains("\"keys\"")) {
        return Finding.ok("jwks_url", url + " answers with keys");
      }
      wrong = "status " + response.statusCode();
    } catch (IOException | IllegalArgumentException e) {
      wrong = e.getClass().getSimpleName() + " " + e.getMessage();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Finding.failed(
        "jwks_url",
        url + " gives no keys: " + wrong,
        "a JSON Web Key Set within " + PATIENCE.toSeconds() + " s",
        "open the way to it (firewall, NetworkPolicy, DNS); without it tokens are refused with"
            + " keys_unavailable");
  }
}
