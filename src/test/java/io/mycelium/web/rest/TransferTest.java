package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content of an export, and the result of its import. */
class TransferTest {
  private static final int ENTRIES = 300;

  @TempDir private Path folder;
  private TransferRig rig;

  @BeforeEach
  void open() {
    rig = new TransferRig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** Makes {@code count} entries in room r of a chat, the last of which was pushed with a key. */
  private String fill(String room, int count) {
    rig.node()
        .create(
            "{'id':'c','name':'Office','type':'accumulative','rooms':{'r':"
                + room
                + ",'board':{'type':'shared','durability':'none','state':{'color':'black'}}}}");
    PhoenixSocket ada = rig.node().connect("c", "vsn=2.0.0&userId=ada");
    String epoch = ada.join("r").getJsonObject("response").getString("epoch");
    for (int i = 1; i < count; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + i + ",'text':'ünï'}]");
    }
    ada.send("['1','once','r','push_once',{'key':'k1','data':[ 1.50e2,\n1E5 ]}]");
    ada.awaitReply("once");
    ada.send("['2','b','board','phx_join',{}]").awaitReply("b");
    ada.send("['2','b2','board','push',{'color':'red'}]").awaitReply("b2");
    return epoch;
  }

  private String entries(String id) {
    return TestNode.await(rig.node().directory().entries(id, "r", 0, 1000))
        .toJsonObject()
        .getJsonArray("entries")
        .encode();
  }

  private JsonObject state(String id, String room, long seq) {
    return TestNode.await(rig.node().directory().state(id, room, seq)).toJsonObject();
  }

  private JsonObject rejoin(PhoenixSocket client, long seq, String epoch) {
    client.send("['1','1','r','phx_join',{'since':{'seq':" + seq + ",'epoch':'" + epoch + "'}}]");
    return client.awaitReply("1").getJsonObject(4).getJsonObject("response");
  }

  private JsonObject once(PhoenixSocket client, String key) {
    client.send("['1','o','r','push_once',{'key':'" + key + "','data':1}]");
    return client.awaitReply("o").getJsonObject(4).getJsonObject("response");
  }

  private static JsonObject duplicate(long seq) {
    return new JsonObject().put("seq", seq).put("duplicate", true);
  }

  /** The lines without name, creation time and epochs. */
  private static List<String> lasting(String lines) {
    return lines
        .lines()
        .skip(1)
        .map(
            line ->
                line.replaceFirst("\"epoch\":\"[^\"]*\"", "")
                    .replaceFirst("(\"snapshot\":.*)\"at\":\\d+", "$1"))
        .toList();
  }

  @Test
  void anInstanceIsTheSameAfterExportDeleteAndImport() {
    String epoch = fill("{}", ENTRIES);
    String lines = rig.export("c");
    assertThat(lines.lines().filter(line -> line.startsWith("{\"entry\":"))).hasSize(ENTRIES);
    assertThat(lines).contains("\"payload\":[ 1.50e2, 1E5 ]").endsWith("{\"end\":300}\n");
    String before = entries("c");
    TestNode.await(rig.node().directory().delete("c"));
    rig.imported("c", lines);
    assertThat(entries("c")).isEqualTo(before);
    assertThat(TestNode.await(rig.node().directory().get("c")).getString("name"))
        .isEqualTo("Office");
    PhoenixSocket bob = rig.node().connect("c");
    assertThat(rejoin(bob, ENTRIES - 1, epoch).getBoolean("recovered")).isTrue();
    assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(ENTRIES);
    assertThat(once(bob, "k1")).isEqualTo(duplicate(ENTRIES));
    assertThat(state("c", "board", -1).toString()).contains("\"color\":\"red\"");
    assertThat(lasting(rig.export("c"))).isEqualTo(lasting(lines));
  }

  @Test
  void whoSawMoreOfTheOriginalThanWasExportedGetsTheWholeState() {
    String epoch = fill("{}", 10);
    String lines = rig.export("c");
    PhoenixSocket ada = rig.node().connect("c");
    ada.join("r");
    ada.send("['1','11','r','push',{'said':'before'}]").awaitReply("11");
    TestNode.await(rig.node().directory().delete("c"));
    rig.imported("c", lines);
    PhoenixSocket bob = rig.node().connect("c");
    bob.join("r");
    bob.send("['1','11','r','push',{'said':'behind'}]").awaitReply("11");
    PhoenixSocket cleo = rig.node().connect("c");
    JsonObject reply = rejoin(cleo, 11, epoch);
    assertThat(reply.getBoolean("recovered")).isFalse();
    assertThat(cleo.awaitEvent("state").toString()).contains("behind").doesNotContain("before");
    PhoenixSocket dora = rig.node().connect("c");
    assertThat(rejoin(dora, 10, epoch).getBoolean("recovered")).isTrue();
    assertThat(dora.awaitEvent("msg").toString()).contains("behind");
    PhoenixSocket eva = rig.node().connect("c");
    assertThat(rejoin(eva, 11, reply.getString("epoch")).getBoolean("recovered")).isTrue();
  }

  @Test
  void itCanBeImportedUnderAnotherIdAndGoesItsOwnWay() {
    fill("{}", 10);
    rig.imported("copy", rig.export("c"));
    assertThat(entries("copy")).isEqualTo(entries("c"));
    TestNode.await(rig.node().directory().push("copy", "r", "bob", "1"));
    assertThat(state("copy", "r", -1).getLong("seq")).isEqualTo(11);
    assertThat(state("c", "r", -1).getLong("seq")).isEqualTo(10);
    rig.restart();
    assertThat(state("copy", "r", -1).getLong("seq")).isEqualTo(11);
  }

  @Test
  void binaryPayloadsStayBinary() {
    fill("{}", 1);
    byte[] frame = {0, 1, 1, 1, 4, '1', 'b', 'r', 'p', 'u', 's', 'h', (byte) 0xff, 0, '\n', 7};
    PhoenixSocket ada = rig.node().connect("c");
    ada.join("r");
    ada.sendBinary(frame).awaitReply("b");
    byte[] live = ada.awaitBinary();
    String lines = rig.export("c");
    assertThat(lines).contains("\"binary\":\"/wAKBw==\"");
    rig.imported("copy", lines);
    String epoch = state("copy", "r", -1).getString("epoch");
    PhoenixSocket bob = rig.node().connect("copy");
    assertThat(rejoin(bob, 1, epoch).getBoolean("recovered")).isTrue();
    assertThat(bob.awaitBinary()).isEqualTo(live);
  }

  @Test
  void whatRetentionLetGoIsASnapshotInTheExportAndItsKeysAreKnown() {
    fill("{'retention_entries':50,'history':1000}", 10);
    PhoenixSocket ada = rig.node().connect("c");
    ada.join("r");
    for (int i = 11; i <= 340; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + i + "}]").awaitReply("p" + i);
    }
    long first = rig.node().await(this::oldest, oldest -> oldest > 1);
    String lines = rig.export("c");
    assertThat(lines.lines().filter(line -> line.startsWith("{\"snapshot\":\"r\""))).hasSize(2);
    rig.imported("copy", lines);
    for (long seq : new long[] {first, first + 20, 340}) {
      assertThat(state("copy", "r", seq).getJsonObject("data"))
          .isEqualTo(state("c", "r", seq).getJsonObject("data"));
    }
    PhoenixSocket bob = rig.node().connect("copy");
    bob.join("r");
    assertThat(once(bob, "k1")).isEqualTo(duplicate(10));
    assertThat(lasting(rig.export("copy"))).isEqualTo(lasting(lines));
  }

  private long oldest() {
    return TestNode.await(rig.store.journal().rooms("c")).get("r").oldest();
  }

  @Test
  void whatWaitsToBeWrittenIsInTheExport() {
    fill("{'durability':'async'}", ENTRIES);
    String lines = rig.export("c");
    assertThat(lines).endsWith("{\"end\":300}\n");
    rig.imported("copy", lines);
    String epoch = state("c", "r", -1).getString("epoch");
    PhoenixSocket bob = rig.node().connect("copy");
    assertThat(rejoin(bob, ENTRIES, epoch).getBoolean("recovered")).isTrue();
  }

  @Test
  void aCutExportLeavesNothingBehind() {
    fill("{}", ENTRIES);
    String lines = rig.export("c");
    String cut = lines.substring(0, lines.lastIndexOf("{\"end\""));
    long count = cut.lines().count();
    assertThat(rig.refused("copy", cut, 422).getString("detail"))
        .startsWith("line " + (count + 1) + ": ");
    rig.isGone("copy");
    rig.imported("copy", lines);
  }

  @Test
  void aLineThatIsWrongIsNamedByItsNumberAndNothingStays() {
    fill("{}", 10);
    List<String> lines = rig.export("c").lines().toList();
    int seventh = index(lines, "{\"entry\":\"r\",\"seq\":7,");
    int room = index(lines, "{\"room\":\"r\"");
    wrong(lines, seventh, null, "seq is 8, expected 7");
    wrong(lines, seventh, "{\"entry\":\"r\",", "at byte");
    wrong(lines, seventh, "nonsense", "at byte");
    wrong(lines, seventh, lines.get(seventh).replace("\"r\"", "\"lobby\""), "entry is");
    wrong(lines, seventh, lines.get(seventh).replace("\"at\":", "\"at\":-"), "at is -");
    wrong(lines, seventh, lines.get(seventh).replace("\"payload\"", "\"binary\""), "binary is");
    wrong(lines, seventh, lines.get(seventh).replace("\"user\"", "\"usr\""), "usr is");
    wrong(lines, room, lines.get(room).replace("\"r\"", "\"x\""), "room is");
    wrong(lines, room, lines.get(room).replace("\"first\":1", "\"first\":12"), "first is 12");
    wrong(lines, room, lines.get(room).replace("\"epoch\":\"", "\"epoch\":\"~"), "epoch is");
    wrong(lines, 0, lines.get(0).replace("\"mycelium\":1", "\"mycelium\":2"), "mycelium is 2");
    wrong(lines, 0, lines.get(0).replace("accumulative", "none"), "type is none");
    wrong(lines, 0, lines.get(0).replace("\"config\"", "\"confgi\""), "confgi is");
    wrong(lines, lines.size() - 1, "{\"end\":9}", "end is 9, expected 10");
    wrong(lines, lines.size() - 1, "{\"end\":10}\n\n{\"end\":10}", 2, "behind the end");
    assertThat(rig.refused("d", "", 422).getString("detail")).startsWith("line 1: ");
  }

  private static int index(List<String> lines, String start) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(start)) {
        return i;
      }
    }
    throw new AssertionError(start + " in " + lines);
  }

  private void wrong(List<String> lines, int index, String line, String why) {
    wrong(lines, index, line, 0, why);
  }

  private void wrong(List<String> lines, int index, String line, int further, String why) {
    List<String> changed = new ArrayList<>(lines);
    if (line == null) {
      changed.remove(index);
    } else {
      changed.set(index, line);
    }
    JsonObject problem = rig.refused("d", String.join("\n", changed), 422);
    assertThat(problem.getString("detail"))
        .startsWith("line " + (index + 1 + further) + ": ")
        .contains(why);
    rig.isGone("d");
  }

  @Test
  void anIdThatIsTakenIsRefusedAndTheInstanceStaysAsItIs() {
    fill("{}", 10);
    String lines = rig.export("c");
    TestNode.await(rig.node().directory().push("c", "r", "bob", "1"));
    assertThat(rig.refused("c", lines, 409).getString("code")).isEqualTo("id_taken");
    rig.restart();
    assertThat(rig.refused("c", lines, 409).getString("code")).isEqualTo("id_taken");
    assertThat(state("c", "r", -1).getLong("seq")).isEqualTo(11);
    assertThat(new JsonArray(entries("c"))).hasSize(11);
  }
}
