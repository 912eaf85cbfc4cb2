package io.mycelium.instance;

import io.mycelium.journal.ExportLine;
import io.mycelium.protocol.Refusal;
import java.nio.charset.StandardCharsets;

/** A line of an import is read or refused, field by field. */
public final class ImportLineFuzz {
  private static final String[] FIELDS = {
    "room",
    "epoch",
    "first",
    "seq",
    "snapshot",
    "entry",
    "at",
    "tickAt",
    "event",
    "user",
    "key",
    "payload",
    "state",
    "binary",
    "end",
    "mycelium",
    "createdAt",
    "instance"
  };

  private ImportLineFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    ExportLine line;
    try {
      line = ExportLine.read(new String(data, StandardCharsets.UTF_8));
    } catch (Refusal e) {
      return;
    }
    for (String field : FIELDS) {
      attempt(() -> line.number(field));
      attempt(() -> line.text(field, "(?s).{1,200}"));
      attempt(() -> line.object(field));
      attempt(() -> line.only(field));
      attempt(() -> line.value(field));
    }
  }

  private static void attempt(Runnable read) {
    try {
      read.run();
    } catch (Refusal e) {
      // Told to the client.
    }
  }
}
