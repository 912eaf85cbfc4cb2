package io.mycelium.deployer;

import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.instance.InstanceServices;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The supervisor's messages about an instance, to its connections and to the store. */
final class InstanceNotices {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceNotices.class);

  private final InstanceServices services;
  private final String instance;

  InstanceNotices(InstanceServices services, String instance) {
    this.services = services;
    this.instance = instance;
  }

  void publish(long generation, Outbound item) {
    services
        .publisher()
        .publish(new DeliveryBatch(instance, generation, DeliveryBatch.UNNUMBERED, List.of(item)));
  }

  /** The instance stays down until it is restarted, even across restarts of the node. */
  void failed(long generation, String message, String lastError) {
    record(true, lastError);
    publish(generation, new Outbound.Failed(message + lastError));
  }

  /** The instance is no longer failed. */
  void revived(String lastError) {
    record(false, lastError);
  }

  private void record(boolean failed, String lastError) {
    services
        .store()
        .instances()
        .setFailed(instance, failed, lastError)
        .onFailure(cause -> LOG.warn("instance {}: status not recorded", instance, cause));
  }
}
