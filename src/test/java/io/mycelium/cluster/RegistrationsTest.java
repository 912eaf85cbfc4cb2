package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistrationsTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private static NodeInfo info(String id) {
    return new NodeInfo("127.0.0.1", 1, new JsonObject().put("node", id));
  }

  /** As Hazelcast's does while a member's leftovers are removed, which a partition makes last. */
  private static ClusterManager engine(CountDownLatch busy, List<NodeInfo> put) {
    return (ClusterManager)
        Proxy.newProxyInstance(
            ClusterManager.class.getClassLoader(),
            new Class<?>[] {ClusterManager.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setNodeInfo")) {
                busy.await();
                put.add((NodeInfo) arguments[0]);
                ((Completable<?>) arguments[1]).succeed();
              }
              return null;
            });
  }

  @Test
  void anEngineThatLetsWaitKeepsNoEventLoop() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    List<NodeInfo> put = new CopyOnWriteArrayList<>();
    Registrations registrations = new Registrations(engine(busy, put));
    registrations.init(vertx);
    Promise<Void> renamed = Promise.promise();
    Promise<Future<Void>> republished = Promise.promise();
    Promise<NodeInfo> known = Promise.promise();
    vertx.runOnContext(
        ignored -> {
          registrations.setNodeInfo(info("b"), renamed);
          republished.complete(registrations.republish());
          known.complete(registrations.getNodeInfo());
        });

    assertThat(known.future().await(10, TimeUnit.SECONDS).metadata().getString("node"))
        .isEqualTo("b");
    assertThat(renamed.future().isComplete()).isFalse();
    busy.countDown();
    renamed.future().await(10, TimeUnit.SECONDS);
    republished.future().await(10, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
    assertThat(put).extracting(each -> each.metadata().getString("node")).containsExactly("b", "b");
  }
}
