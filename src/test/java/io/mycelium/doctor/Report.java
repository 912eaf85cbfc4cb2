package io.mycelium.doctor;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.config.ConfigLoader;
import io.mycelium.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the doctor says of a configuration, given as variables. */
record Report(List<Finding> findings) {

  /** Of a node that accepts no more connections than a machine of tests has descriptors for. */
  static Report of(Map<String, String> options) {
    Map<String, String> all = new HashMap<>(options);
    all.putIfAbsent("MYCELIUM_WEB_MAX_CONNECTIONS", "100");
    all.putIfAbsent("MYCELIUM_WEB_HOST", "127.0.0.1");
    all.putIfAbsent("MYCELIUM_ACCESS_MODE", "open");
    Path file = Path.of("conf", "mycelium.yaml");
    return new Report(Doctor.examine(new ConfigLoader(all).load(file, Map.of())));
  }

  List<Finding> worse() {
    return findings.stream().filter(each -> each.status() != Status.OK).toList();
  }

  /** The lines of one check, all with this status. */
  String lines(Status status, String check) {
    List<Finding> found = findings.stream().filter(each -> each.check().equals(check)).toList();
    assertThat(found).as(toString()).isNotEmpty();
    assertThat(found).as(toString()).extracting(Finding::status).containsOnly(status);
    return found.stream().map(Finding::line).collect(joining("\n"));
  }

  String failure(String check) {
    return lines(Status.FAILED, check);
  }

  String warning(String check) {
    return lines(Status.WARNING, check);
  }

  String ok(String check) {
    return lines(Status.OK, check);
  }

  /** That line of a member which names its port. */
  Finding member(int port) {
    return findings.stream()
        .filter(each -> each.check().equals("member") && each.found().contains(":" + port + ":"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(toString()));
  }

  @Override
  public String toString() {
    return findings.stream().map(Finding::line).collect(joining("\n"));
  }
}
