package io.mycelium.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretKeyFileTest {
  @TempDir Path folder;

  @Test
  void isMadeOnceForItsOwnerAndReadAfterwards() throws IOException {
    Path file = folder.resolve("data/secret.key");
    String made = SecretKeyFile.readOrMake(file);
    assertThat(made).matches("[A-Za-z0-9_-]{43}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(SecretKeyFile.readOrMake(file)).isEqualTo(made);
    assertThat(SecretKeyFile.read(file)).isEqualTo(made);
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void processesThatStartTogetherAgreeOnOne() throws Exception {
    Path file = folder.resolve("secret.key");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<String>> made = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      made.add(threads.submit(() -> SecretKeyFile.readOrMake(file)));
    }
    HashSet<String> secrets = new HashSet<>();
    for (Future<String> secret : made) {
      secrets.add(secret.get());
    }
    threads.shutdown();
    assertThat(secrets).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
  void fileThatOthersReachIsRefused(String permissions) throws IOException {
    Path file = folder.resolve("secret.key");
    String made = SecretKeyFile.readOrMake(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    assertThatThrownBy(() -> SecretKeyFile.readOrMake(file))
        .hasMessageContaining("access.secret_file is " + file + ", expected rw------- and not")
        .hasMessageContaining(permissions)
        .hasMessageNotContaining(made);
  }

  @Test
  void shortOrMissingOrNoFileIsRefusedInWords() throws IOException {
    Path file = folder.resolve("secret.key");
    assertThatThrownBy(() -> SecretKeyFile.read(file)).hasMessageContaining("mycelium serve");
    SecretKeyFile.readOrMake(file);
    Files.writeString(file, "short");
    assertThatThrownBy(() -> SecretKeyFile.read(file)).hasMessageContaining("32 characters");
    Files.writeString(file, "x".repeat(2000));
    assertThatThrownBy(() -> SecretKeyFile.read(file)).hasMessageContaining("at most 1024 bytes");
    Path within = file.resolve("below/secret.key");
    assertThatThrownBy(() -> SecretKeyFile.readOrMake(within))
        .hasMessageContaining("a place where it can be made");
  }
}
