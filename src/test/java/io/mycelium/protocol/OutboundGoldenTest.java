package io.mycelium.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kind of outbound frame of both serializers, byte by byte. In JSON, single quotes stand for
 * double ones.
 */
class OutboundGoldenTest {
  private static final Topic ROOM = new Topic("room");
  private static final byte[] REF_1 = json("'1'");
  private static final byte[] REF_2 = json("'2'");
  private static final byte[] NULL = json("null");
  private static final byte[] MSG = json("'msg'");

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static JsonParts whole(byte[] json) {
    return JsonParts.whole(json);
  }

  private static byte[] encoded(Consumer<ByteBuf> encoder) {
    ByteBuf out = Unpooled.buffer();
    encoder.accept(out);
    return ByteBufUtil.getBytes(out);
  }

  /** A text frame below 126 bytes: 81 (final, text), the length in one byte, the text. */
  private static byte[] shortText(String text) {
    byte[] payload = json(text);
    assertThat(payload.length).isLessThan(126);
    return bytes(0x81, payload.length, payload);
  }

  /** Numbers are bytes, arrays and strings are put in as they are. */
  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer number) {
        all.write(number);
      } else {
        all.writeBytes(
            part instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) part);
      }
    }
    return all.toByteArray();
  }

  @Test
  void v2OkReply() {
    assertThat(encoded(out -> Serializer.V2.reply(out, REF_1, REF_2, ROOM, true, json("{'a':1}"))))
        .isEqualTo(shortText("['1','2','room','phx_reply',{'status':'ok','response':{'a':1}}]"));
  }

  @Test
  void v2ErrorReply() {
    assertThat(encoded(out -> Serializer.V2.reply(out, NULL, REF_2, ROOM, false, json("{}"))))
        .isEqualTo(shortText("[null,'2','room','phx_reply',{'status':'error','response':{}}]"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9, 10, 99, 100, 9_007_199_254_740_993L, Long.MAX_VALUE})
  void v2ReplyOfASequence(long seq) {
    assertThat(encoded(out -> Serializer.V2.replySeq(out, REF_1, json("7"), ROOM, seq)))
        .isEqualTo(
            shortText("['1',7,'room','phx_reply',{'status':'ok','response':{'seq':" + seq + "}}]"));
  }

  @Test
  void v2MessageToOneChannel() {
    assertThat(
            encoded(
                out ->
                    Serializer.V2.push(out, REF_1, REF_1, ROOM, json("'phx_close'"), json("{}"))))
        .isEqualTo(shortText("['1','1','room','phx_close',{}]"));
  }

  @Test
  void v2BroadcastHasNoReferences() {
    assertThat(
            encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, null, whole(json("{'a':1}")))))
        .isEqualTo(shortText("[null,null,'room','msg',{'a':1}]"));
  }

  @Test
  void aPayloadInPartsIsWrittenAsOne() {
    JsonParts parts = new JsonParts(json("{'a':"), json("[1]"), json("}"));
    assertThat(encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, null, parts)))
        .isEqualTo(shortText("[null,null,'room','msg',{'a':[1]}]"));
    assertThat(encoded(out -> Serializer.V1.broadcast(out, ROOM, MSG, null, parts)))
        .isEqualTo(shortText("{'topic':'room','event':'msg','payload':{'a':[1]},'ref':null}"));
    assertThat(parts.toBytes()).isEqualTo(json("{'a':[1]}"));
  }

  @Test
  void v2BinaryBroadcast() {
    assertThat(
            encoded(
                out ->
                    Serializer.V2.broadcast(
                        out, ROOM, MSG, Payload.binary(bytes(0, 0xff, 7)), whole(json("{}")))))
        .isEqualTo(
            bytes(
                0x82, // final, binary
                13, // length of the payload
                2, // kind: broadcast
                4, // length of the topic
                3, // length of the event
                "room", "msg", 0, 0xff, 7)); // data, to the end
  }

  @Test
  void v1Reply() {
    assertThat(encoded(out -> Serializer.V1.reply(out, REF_1, REF_2, ROOM, true, json("{}"))))
        .isEqualTo(
            shortText(
                "{'topic':'room','event':'phx_reply','payload':{'status':'ok','response':{}},'ref':'2'}"));
    assertThat(encoded(out -> Serializer.V1.reply(out, REF_1, REF_2, ROOM, false, json("{}"))))
        .isEqualTo(
            shortText(
                "{'topic':'room','event':'phx_reply','payload':{'status':'error','response':{}},'ref':'2'}"));
    assertThat(encoded(out -> Serializer.V1.replySeq(out, REF_1, REF_2, ROOM, 5)))
        .isEqualTo(
            shortText(
                "{'topic':'room','event':'phx_reply','payload':{'status':'ok','response':{'seq':5}},'ref':'2'}"));
  }

  @Test
  void v1MessagesHaveNoJoinReference() {
    assertThat(
            encoded(out -> Serializer.V1.push(out, REF_1, NULL, ROOM, json("'state'"), json("{}"))))
        .isEqualTo(shortText("{'topic':'room','event':'state','payload':{},'ref':null}"));
    assertThat(encoded(out -> Serializer.V1.broadcast(out, ROOM, MSG, null, whole(json("[1]")))))
        .isEqualTo(shortText("{'topic':'room','event':'msg','payload':[1],'ref':null}"));
  }

  @Test
  void v1GetsABinaryBroadcastAsJson() {
    assertThat(
            encoded(
                out ->
                    Serializer.V1.broadcast(
                        out, ROOM, MSG, Payload.binary(bytes(1)), whole(json("{'b':1}")))))
        .isEqualTo(shortText("{'topic':'room','event':'msg','payload':{'b':1},'ref':null}"));
  }

  @Test
  void namesAreEscapedAndLengthsCountBytes() {
    Topic topic = new Topic("ü\"\\\n");
    assertThat(encoded(out -> Serializer.V2.broadcast(out, topic, MSG, null, whole(json("'é😀'")))))
        .isEqualTo(
            bytes(
                0x81,
                37,
                "[null,null,", // 11
                "\"ü\\\"\\\\\\n\"", // 10: ü has two bytes
                ",\"msg\",", // 7
                "\"é😀\"", // 8: two and four bytes in quotes
                "]"));
  }

  @Test
  void v2BinaryBroadcastOfANameThatIsNotAscii() {
    byte[] frame =
        encoded(
            out ->
                Serializer.V2.broadcast(
                    out, new Topic("ü"), MSG, Payload.binary(bytes(9)), whole(json("{}"))));
    assertThat(frame).isEqualTo(bytes(0x82, 9, 2, 2, 3, "ü", "msg", 9));
  }

  @ParameterizedTest
  @CsvSource({
    "125, 817d", // one byte
    "126, 817e007e", // 126, then two bytes
    "65535, 817effff",
    "65536, 817f0000000000010000" // 127, then eight bytes
  })
  void textLengthsOfEveryForm(int length, String header) {
    String around = "[null,null,'room','msg','']";
    byte[] payload = json("'" + "x".repeat(length - around.length()) + "'");
    byte[] frame = encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, null, whole(payload)));
    byte[] head = java.util.HexFormat.of().parseHex(header);
    assertThat(Arrays.copyOf(frame, head.length)).isEqualTo(head);
    assertThat(frame).hasSize(head.length + length);
  }

  @ParameterizedTest
  @CsvSource({"125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000"})
  void binaryLengthsOfEveryForm(int length, String header) {
    Payload data = Payload.binary(new byte[length - 10]); // 3 lengths, room, msg
    byte[] frame = encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, data, whole(json("{}"))));
    byte[] head = java.util.HexFormat.of().parseHex(header);
    assertThat(Arrays.copyOf(frame, head.length)).isEqualTo(head);
    assertThat(frame).hasSize(head.length + length);
  }

  @Test
  void controlFrames() {
    assertThat(encoded(Frames::ping)).isEqualTo(bytes(0x89, 0));
    assertThat(encoded(out -> Frames.pong(out, Unpooled.wrappedBuffer(bytes(1, 2)))))
        .isEqualTo(bytes(0x8a, 2, 1, 2));
    assertThat(encoded(out -> Frames.close(out, 4008, "late")))
        .isEqualTo(bytes(0x88, 6, 0x0f, 0xa8, "late"));
  }

  @Test
  void framesAreAppended() {
    byte[] two =
        encoded(
            out -> {
              Serializer.V2.push(out, NULL, NULL, ROOM, MSG, json("1"));
              Serializer.V2.push(out, NULL, NULL, ROOM, MSG, json("2"));
            });
    assertThat(two)
        .isEqualTo(
            bytes(
                shortText("[null,null,'room','msg',1]"), shortText("[null,null,'room','msg',2]")));
  }
}
