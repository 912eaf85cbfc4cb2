package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetersTest {
  private static final Set<String> LABELS =
      Set.of(
          "le", "reason", "status", "method", "route", "version", "java", "area", "id", "cause",
          "action", "gc", "state");

  private final Meters meters = new Meters(Set.of("going_away"), Set.of("overloaded"));

  @AfterEach
  void close() {
    meters.close();
  }

  @Test
  void eachCallIsSeenInItsMeter() {
    meters.connectionOpened();
    meters.connectionOpened();
    meters.connectionClosed("going_away");
    meters.messagesIn(3, 100);
    meters.deliveriesOut(1000, 64_000);
    meters.errorReply("overloaded");
    meters.upgradeRefused("overloaded");
    meters.instanceStarted();
    meters.instanceStopped();
    meters.instanceRestarted();
    meters.instanceFailed();
    meters.entriesAppended(5);
    meters.gapFetched();
    meters.duplicateDropped();
    meters.messagesDropped(8);
    meters.messagesConflated(9);
    meters.instances("running", () -> 7);
    assertThat(meters.scrape().lines())
        .contains(
            "mycelium_connections 1.0",
            "mycelium_opened_connections_total 2.0",
            "mycelium_closed_connections_total{reason=\"going_away\"} 1.0",
            "mycelium_received_messages_total 3.0",
            "mycelium_received_bytes_total 100.0",
            "mycelium_sent_deliveries_total 1000.0",
            "mycelium_sent_bytes_total 64000.0",
            "mycelium_error_replies_total{reason=\"overloaded\"} 1.0",
            "mycelium_refused_upgrades_total{reason=\"overloaded\"} 1.0",
            "mycelium_started_instances_total 1.0",
            "mycelium_stopped_instances_total 1.0",
            "mycelium_instance_restarts_total 1.0",
            "mycelium_instance_failures_total 1.0",
            "mycelium_appended_entries_total 5.0",
            "mycelium_fetched_gaps_total 1.0",
            "mycelium_dropped_duplicates_total 1.0",
            "mycelium_dropped_messages_total 8.0",
            "mycelium_conflated_messages_total 9.0",
            "mycelium_instances{status=\"running\"} 7.0");
  }

  @Test
  void timesAreHistogramsInSeconds() {
    meters.handlerTime(700_000);
    meters.eventLoopLag(3_000_000);
    meters.httpRequest("GET", "/api/v1/instances/:id", 200, 2_000_000_000L);
    assertThat(meters.scrape())
        .contains("mycelium_handler_seconds_bucket{le=\"5.0E-4\"} 0")
        .contains("mycelium_handler_seconds_bucket{le=\"0.001\"} 1")
        .contains("mycelium_event_loop_lag_seconds_bucket{le=\"0.005\"} 1")
        .contains(
            "mycelium_http_requests_seconds_sum"
                + "{method=\"GET\",route=\"/api/v1/instances/:id\",status=\"200\"} 2.0");
  }

  @Test
  void unackedCommandsOfAllGatewaysAreSummed() {
    meters.commandsUnacked(() -> 2);
    Runnable second = meters.commandsUnacked(() -> 3);
    assertThat(meters.scrape()).contains("mycelium_unacked_commands 5.0");
    second.run();
    assertThat(meters.scrape()).contains("mycelium_unacked_commands 2.0");
  }

  @Test
  void reasonOutsideTheClosedSetCountsAsOther() {
    meters.connectionClosed("room-17");
    meters.errorReply(null);
    assertThat(meters.scrape())
        .contains("mycelium_closed_connections_total{reason=\"other\"} 1.0")
        .contains("mycelium_error_replies_total{reason=\"other\"} 1.0")
        .doesNotContain("room-17");
  }

  @Test
  void pathsPassedForRoutesCannotGrowTheScrape() {
    for (int i = 0; i < 1000; i++) {
      meters.httpRequest("BREW" + i, "/path/" + i, 404, 1);
    }
    assertThat(meters.scrape().lines().filter(line -> line.contains("requests_seconds_count")))
        .hasSizeLessThan(100)
        .anyMatch(line -> line.contains("route=\"other\""))
        .allMatch(line -> line.contains("method=\"other\""));
  }

  @Test
  void everyMeterHasHelp() {
    meters.instances("running", () -> 0);
    meters.httpRequest("GET", "/", 200, 1);
    Set<String> documented =
        groups("(?m)^# HELP (\\S+) \\S.*").stream().collect(Collectors.toSet());
    assertThat(documented).containsAll(groups("(?m)^# TYPE (\\S+) "));
    assertThat(meters.scrape()).doesNotContain("# HELP \n");
  }

  @Test
  void noLabelNamesAnInstanceARoomOrAUser() {
    meters.instances("running", () -> 0);
    meters.httpRequest("GET", "/", 200, 1);
    assertThat(LABELS).containsAll(new TreeSet<>(groups("[{,]([a-z_]+)=\"")));
    // "id" is the JVM's, of memory pools.
    assertThat(groups("(mycelium_\\w+\\{.*\\bid=)")).isEmpty();
  }

  @Test
  void processItselfIsMeasured() {
    assertThat(meters.scrape())
        .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ", "process_uptime_seconds ")
        .contains(
            "process_cpu_usage",
            "process_files_open_files",
            "mycelium_open_descriptors",
            "mycelium_max_descriptors",
            "mycelium_build_info{")
        .contains("mycelium_netty_direct_memory_bytes ");
  }

  private List<String> groups(String pattern) {
    return Pattern.compile(pattern)
        .matcher(meters.scrape())
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
