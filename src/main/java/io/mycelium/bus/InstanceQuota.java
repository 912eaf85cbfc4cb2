package io.mycelium.bus;

import io.vertx.core.json.JsonObject;

/**
 * How many instances whoever makes one may have. It goes with the request, since the deployer,
 * which alone can count, knows nothing of tenants.
 *
 * @param owner whose it is, for messages and as the name of the account
 * @param prefix of the ids of all its instances
 * @param most at a time; 0 for no limit
 * @param perSecond made; 0 for no limit
 */
public record InstanceQuota(String owner, String prefix, int most, int perSecond) {

  JsonObject toJson() {
    return new JsonObject()
        .put("owner", owner)
        .put("prefix", prefix)
        .put("most", most)
        .put("perSecond", perSecond);
  }

  /** Null for null. */
  public static InstanceQuota of(JsonObject json) {
    return json == null
        ? null
        : new InstanceQuota(
            json.getString("owner"),
            json.getString("prefix"),
            json.getInteger("most"),
            json.getInteger("perSecond"));
  }
}
