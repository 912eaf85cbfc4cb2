package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.bus.InstanceQuota;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many instances a tenant may have and make, whoever else makes some. */
class QuotaTest {
  private static final InstanceQuota FIVE = new InstanceQuota("acme", "acme-", 5, 0);

  private static JsonObject spec(String id) {
    return new JsonObject().put("id", id).put("type", "accumulative");
  }

  private static Future<JsonObject> create(TestNode node, String id, InstanceQuota quota) {
    return node.directory().create(spec(id), quota);
  }

  private static List<ErrorCode> createAtOnce(
      TestNode node, String prefix, int count, InstanceQuota quota) {
    List<Future<JsonObject>> asked =
        IntStream.range(0, count).mapToObj(i -> create(node, prefix + i, quota)).toList();
    List<ErrorCode> refused = new ArrayList<>();
    TestNode.await(Future.join(asked).otherwiseEmpty());
    for (Future<JsonObject> each : asked) {
      if (each.failed()) {
        refused.add(((Refusal) each.cause()).code());
      }
    }
    return refused;
  }

  @Test
  void theBoundIsExactHoweverManyAreMadeAtOnce() {
    try (TestNode node = TestNode.start()) {
      TestNode.await(create(node, "other", null));
      assertThat(createAtOnce(node, "acme-", 20, FIVE))
          .hasSize(15)
          .containsOnly(ErrorCode.MAX_INSTANCES);
      TestNode.await(create(node, "another", null));
      TestNode.await(node.directory().delete("acme-0"));
      TestNode.await(create(node, "acme-again", FIVE));
      assertThatThrownBy(() -> TestNode.await(create(node, "acme-more", FIVE)))
          .hasMessage("tenant acme has its max_instances of 5");
    }
  }

  @Test
  void thoseThatOnlyTheStoreKnowsAreCountedAndAnIdThatIsTakenIsNot() {
    MemoryStore store = new MemoryStore(JournalConfig.DEFAULT.inMemory());
    try (TestNode before = TestNode.builder().store(store).start()) {
      for (String id : List.of("acme", "acm", "acme-", "acme-1", "acme-z_Z", "acme_", "acmf")) {
        TestNode.await(create(before, id, null));
      }
    }
    try (TestNode node = TestNode.builder().store(store).start()) {
      assertThatThrownBy(() -> TestNode.await(create(node, "acme-1", FIVE)))
          .hasMessageContaining("acme-1");
      assertThat(createAtOnce(node, "acme-new", 4, FIVE))
          .hasSize(2)
          .containsOnly(ErrorCode.MAX_INSTANCES);
    }
  }

  @Test
  void importsCountToo() {
    try (TestNode node = TestNode.start()) {
      createAtOnce(node, "acme-", 5, FIVE);
      assertThatThrownBy(
              () ->
                  TestNode.await(
                      node.directory().importLines("u", "acme-in", "{\"mycelium\":1}", FIVE)))
          .hasMessage("tenant acme has its max_instances of 5");
      TestNode.await(node.directory().importAbandon("u"));
      TestNode.await(node.directory().delete("acme-0"));
      TestNode.await(create(node, "acme-again", FIVE));
    }
  }

  @Test
  void whoMakesTooManyASecondIsRefusedByName() {
    InstanceQuota slow = new InstanceQuota("acme", "acme-", 0, 3);
    try (TestNode node = TestNode.start()) {
      List<ErrorCode> refused = createAtOnce(node, "acme-", 10, slow);
      assertThat(refused).hasSizeBetween(5, 7).containsOnly(ErrorCode.RATE_LIMITED);
      assertThat(createAtOnce(node, "other-", 10, null)).isEmpty();
      node.await(() -> createAtOnce(node, "acme-later", 1, slow), List::isEmpty);
    }
  }
}
