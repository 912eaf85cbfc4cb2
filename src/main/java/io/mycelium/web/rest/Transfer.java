package io.mycelium.web.rest;

import io.mycelium.access.Action;
import io.mycelium.access.Permissions;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Operation;
import java.util.Set;

/** Export and import of an instance as NDJSON, streamed both ways. */
final class Transfer {
  /**
   * Operations of the contract that are answered here, because their bodies are not JSON documents.
   */
  static final Set<String> OPERATIONS = Set.of("exportInstance", "importInstance");

  static final String NDJSON = "application/x-ndjson";

  private final InstanceDirectory directory;
  private final Contract contract;
  private final String basePath;
  private final Transfers transfers;

  Transfer(InstanceDirectory directory, Contract contract, String basePath, Transfers transfers) {
    this.directory = directory;
    this.contract = contract;
    this.basePath = basePath;
    this.transfers = transfers;
  }

  void mount(Router router) {
    String path = basePath + "/instances/:id/";
    RequestCheck export = check("exportInstance");
    RequestCheck importing = check("importInstance");
    router.get(path + "export").handler(ctx -> export(ctx, export));
    router.post(path + "import").handler(ctx -> importInto(ctx, importing));
  }

  private RequestCheck check(String operation) {
    return new RequestCheck(contract, contract.openApi().operation(operation));
  }

  private void named(RoutingContext ctx, String operation) {
    Operation described = contract.openApi().operation(operation);
    ctx.put(RestApi.ROUTE, described.getAbsoluteOpenAPIPath());
  }

  private static void permitted(RoutingContext ctx, Action action) {
    Refusal refusal =
        Permissions.check(ctx.get(RestApi.IDENTITY), action, ctx.pathParam("id"), null);
    if (refusal != null) {
      throw refusal;
    }
  }

  private void export(RoutingContext ctx, RequestCheck check) {
    named(ctx, "exportInstance");
    check.parameters(ctx);
    permitted(ctx, Action.EXPORT_INSTANCE);
    new Download(ctx, directory, ctx.pathParam("id"), transfers).begin();
  }

  private void importInto(RoutingContext ctx, RequestCheck check) {
    named(ctx, "importInstance");
    check.parameters(ctx);
    permitted(ctx, Action.IMPORT_INSTANCE);
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(NDJSON)) {
      String given = type == null ? "absent" : type;
      throw Refusal.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Type", given, NDJSON);
    }
    String id = ctx.pathParam("id");
    new Upload(ctx, directory, id, basePath + "/instances/" + id, transfers).begin();
  }
}
