package io.mycelium;

import io.mycelium.config.ConfigException;
import io.mycelium.config.ConfigOption;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.doctor.Doctor;
import io.mycelium.doctor.Finding;
import io.mycelium.doctor.Finding.Status;
import io.mycelium.ops.Logging;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description =
        "Look for what is wrong with a node, running or not, and say what to do. Changes nothing;"
            + " exit with 1 if something failed.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class DoctorCommand implements Callable<Integer> {
  private static final String CONFIGURATION = "configuration";

  @Spec private CommandSpec spec;
  @Mixin private ConfigOption file;

  @Option(names = "--json", description = "One JSON object, for programs.")
  private boolean json;

  @Override
  public Integer call() {
    Logging.configure("text", "off");
    List<Finding> findings = new ArrayList<>();
    try {
      MyceliumConfig config = file.load(Map.of());
      findings.add(new Finding(Status.OK, CONFIGURATION, file.described(), null, null));
      findings.addAll(Doctor.examine(config));
    } catch (ConfigException e) {
      findings.add(
          Finding.failed(
              CONFIGURATION,
              e.getMessage(),
              "options of conf/mycelium.yaml, which has each with its default",
              "mend it: nothing else can be looked at before"));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(findings).encodePrettily());
    } else {
      findings.forEach(each -> out.println(each.line()));
      out.println(summary(findings));
    }
    return worst(findings) == Status.FAILED ? 1 : 0;
  }

  private static Status worst(List<Finding> findings) {
    return findings.stream().map(Finding::status).max(Status::compareTo).orElse(Status.OK);
  }

  private static String summary(List<Finding> findings) {
    return "%d checks: %d ok, %d with a warning, %d failed"
        .formatted(
            findings.size(),
            count(findings, Status.OK),
            count(findings, Status.WARNING),
            count(findings, Status.FAILED));
  }

  private static long count(List<Finding> findings, Status status) {
    return findings.stream().filter(each -> each.status() == status).count();
  }

  private static JsonObject json(List<Finding> findings) {
    JsonArray checks = new JsonArray();
    findings.forEach(each -> checks.add(each.json()));
    return new JsonObject().put("status", worst(findings).toString()).put("checks", checks);
  }
}
