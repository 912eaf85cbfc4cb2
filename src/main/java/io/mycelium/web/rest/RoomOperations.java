package io.mycelium.web.rest;

import io.mycelium.access.Action;
import io.mycelium.bus.InstanceDirectory;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The operations on rooms, named as in the contract. */
final class RoomOperations {
  private final InstanceDirectory directory;
  private final String basePath;

  RoomOperations(InstanceDirectory directory, String basePath) {
    this.directory = directory;
    this.basePath = basePath;
  }

  Future<Answer> getRoom(ApiRequest request) {
    return directory.room(request.text("id"), request.text("room")).map(Answer::ok);
  }

  Future<Answer> putRoom(ApiRequest request) {
    return directory
        .putRoom(request.text("id"), request.text("room"), request.body())
        .map(result -> put(request, result));
  }

  Future<Answer> deleteRoom(ApiRequest request) {
    return directory.deleteRoom(request.text("id"), request.text("room")).map(Answer.NO_CONTENT);
  }

  Future<Answer> listEntries(ApiRequest request) {
    return directory
        .entries(
            request.text("id"),
            request.text("room"),
            request.number("after"),
            (int) request.number("limit"))
        .map(Answer::ok);
  }

  Future<Answer> getState(ApiRequest request) {
    long seq = request.has("seq") ? request.number("seq") : InstanceDirectory.LATEST;
    return directory.state(request.text("id"), request.text("room"), seq).map(Answer::ok);
  }

  Future<Answer> sendMessage(ApiRequest request) {
    String own = request.identity().userId();
    String user = request.body().getString("user", own);
    if (user != null && !user.equals(own)) {
      request.permitted(Action.SEND_AS_OTHER);
    }
    String payload = request.body().getString(JsonBody.RAW);
    String key = request.body().getString("key");
    return directory
        .push(request.text("id"), request.text("room"), user, payload, key)
        .map(Answer::ok);
  }

  private Answer put(ApiRequest request, JsonObject result) {
    JsonObject room = result.getJsonObject("room");
    if (!result.getBoolean("created")) {
      return Answer.ok(room);
    }
    String segment =
        URLEncoder.encode(request.text("room"), StandardCharsets.UTF_8).replace("+", "%20");
    return Answer.created(
        basePath + "/instances/" + request.text("id") + "/rooms/" + segment, room);
  }
}
