package io.mycelium.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** Every kind of frame of both serializers, byte by byte. In JSON, single quotes stand for double ones. */
class SerializerGoldenTest {
  private static final Topic ROOM = new Topic("room");
  private static final byte[] REF_1 = json("'1'");
  private static final byte[] REF_2 = json("'2'");
  private static final byte[] NULL = json("null");
  private static final byte[] MSG = json("'msg'");

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
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
        all.writeBytes(part instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) part);
      }
    }
    return all.toByteArray();
  }

  private static void assertMessage(
      InboundMessage m, String joinRef, String ref, String topic, String event, String payload) {
    assertThat(new String(m.joinRef(), StandardCharsets.UTF_8)).isEqualTo(joinRef);
    assertThat(new String(m.ref(), StandardCharsets.UTF_8)).isEqualTo(ref);
    assertThat(m.topic()).isEqualTo(topic);
    assertThat(m.eventName()).isEqualTo(event);
    assertThat(m.payload()).isEqualTo(Payload.json(payload));
  }

  private static InboundMessage v2(String frame) {
    return Serializer.V2.decodeText(json(frame));
  }

  private static InboundMessage v1(String frame) {
    return Serializer.V1.decodeText(json(frame));
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
        .isEqualTo(shortText("['1',7,'room','phx_reply',{'status':'ok','response':{'seq':" + seq + "}}]"));
  }

  @Test
  void v2MessageToOneChannel() {
    assertThat(encoded(out -> Serializer.V2.push(out, REF_1, REF_1, ROOM, json("'phx_close'"), json("{}"))))
        .isEqualTo(shortText("['1','1','room','phx_close',{}]"));
  }

  @Test
  void v2BroadcastHasNoReferences() {
    assertThat(encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, null, json("{'a':1}"))))
        .isEqualTo(shortText("[null,null,'room','msg',{'a':1}]"));
  }

  @Test
  void v2BinaryBroadcast() {
    assertThat(encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, Payload.binary(bytes(0, 0xff, 7)), json("{}"))))
        .isEqualTo(
            bytes(
                0x82, // final, binary
                13, // length of the payload
                2, // kind: broadcast
                4, // length of the topic
                3, // length of the event
                "room",
                "msg",
                0, 0xff, 7)); // data, to the end
  }

  @Test
  void v1Reply() {
    assertThat(encoded(out -> Serializer.V1.reply(out, REF_1, REF_2, ROOM, true, json("{}"))))
        .isEqualTo(
            shortText("{'topic':'room','event':'phx_reply','payload':{'status':'ok','response':{}},'ref':'2'}"));
    assertThat(encoded(out -> Serializer.V1.reply(out, REF_1, REF_2, ROOM, false, json("{}"))))
        .isEqualTo(
            shortText("{'topic':'room','event':'phx_reply','payload':{'status':'error','response':{}},'ref':'2'}"));
    assertThat(encoded(out -> Serializer.V1.replySeq(out, REF_1, REF_2, ROOM, 5)))
        .isEqualTo(
            shortText("{'topic':'room','event':'phx_reply','payload':{'status':'ok','response':{'seq':5}},'ref':'2'}"));
  }

  @Test
  void v1MessagesHaveNoJoinReference() {
    assertThat(encoded(out -> Serializer.V1.push(out, REF_1, NULL, ROOM, json("'state'"), json("{}"))))
        .isEqualTo(shortText("{'topic':'room','event':'state','payload':{},'ref':null}"));
    assertThat(encoded(out -> Serializer.V1.broadcast(out, ROOM, MSG, null, json("[1]"))))
        .isEqualTo(shortText("{'topic':'room','event':'msg','payload':[1],'ref':null}"));
  }

  @Test
  void v1GetsABinaryBroadcastAsJson() {
    assertThat(encoded(out -> Serializer.V1.broadcast(out, ROOM, MSG, Payload.binary(bytes(1)), json("{'b':1}"))))
        .isEqualTo(shortText("{'topic':'room','event':'msg','payload':{'b':1},'ref':null}"));
  }

  @Test
  void namesAreEscapedAndLengthsCountBytes() {
    Topic topic = new Topic("ü\"\\\n");
    assertThat(encoded(out -> Serializer.V2.broadcast(out, topic, MSG, null, json("'é😀'"))))
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
        encoded(out -> Serializer.V2.broadcast(out, new Topic("ü"), MSG, Payload.binary(bytes(9)), json("{}")));
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
    byte[] frame = encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, null, payload));
    byte[] head = java.util.HexFormat.of().parseHex(header);
    assertThat(Arrays.copyOf(frame, head.length)).isEqualTo(head);
    assertThat(frame).hasSize(head.length + length);
  }

  @ParameterizedTest
  @CsvSource({"125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000"})
  void binaryLengthsOfEveryForm(int length, String header) {
    Payload data = Payload.binary(new byte[length - 10]); // 3 lengths, room, msg
    byte[] frame = encoded(out -> Serializer.V2.broadcast(out, ROOM, MSG, data, json("{}")));
    byte[] head = java.util.HexFormat.of().parseHex(header);
    assertThat(Arrays.copyOf(frame, head.length)).isEqualTo(head);
    assertThat(frame).hasSize(head.length + length);
  }

  @Test
  void controlFrames() {
    assertThat(encoded(Frames::ping)).isEqualTo(bytes(0x89, 0));
    assertThat(encoded(out -> Frames.pong(out, Unpooled.wrappedBuffer(bytes(1, 2))))).isEqualTo(bytes(0x8a, 2, 1, 2));
    assertThat(encoded(out -> Frames.close(out, 4008, "late"))).isEqualTo(bytes(0x88, 6, 0x0f, 0xa8, "late"));
  }

  @Test
  void framesAreAppended() {
    byte[] two = encoded(out -> {
      Serializer.V2.push(out, NULL, NULL, ROOM, MSG, json("1"));
      Serializer.V2.push(out, NULL, NULL, ROOM, MSG, json("2"));
    });
    assertThat(two)
        .isEqualTo(bytes(shortText("[null,null,'room','msg',1]"), shortText("[null,null,'room','msg',2]")));
  }

  @Test
  void v2TextIsTakenApart() {
    assertMessage(v2("['1','2','room','push',{'a':[1,null]}]"), "\"1\"", "\"2\"", "room", "push", "{\"a\":[1,null]}");
    assertMessage(v2("[null,7,'phoenix','heartbeat',{}]"), "null", "7", "phoenix", "heartbeat", "{}");
    assertMessage(v2("[-1.5e3,'','','','']"), "-1.5e3", "\"\"", "", "", "\"\"");
  }

  @Test
  void whiteSpaceMayStandBetweenTokens() {
    assertMessage(
        v2(" \t\r\n[ '1' , '2'\n,\t'room' , 'push' ,  { 'a' : 1 }  ] \n"), "\"1\"", "\"2\"", "room", "push",
        "{ \"a\" : 1 }");
    assertMessage(
        v1(" { 'ref' : 1 , 'payload' :  [ 1 ] , 'event':'e' , 'topic':'t' } "), "null", "1", "t", "e", "[ 1 ]");
  }

  @Test
  void namesMayBeEscaped() {
    InboundMessage m = v2("['\\u0031','2','r\\u006fom\\/\\'','p\\u00fcsh\\ud83d\\ude00',{}]".replace("\\'", "\\\""));
    assertThat(m.topic()).isEqualTo("room/\"");
    assertThat(m.eventName()).isEqualTo("püsh😀");
    assertThat(new Topic("room/\"").isOf(m)).isTrue();
    assertThat(v2("['1','2','room','\\u0070ush',{}]").event()).isEqualTo(InboundMessage.Event.PUSH);
  }

  @Test
  void v1TextIsTakenApart() {
    assertMessage(v1("{'topic':'t','event':'e','payload':{},'ref':'1'}"), "null", "\"1\"", "t", "e", "{}");
    assertMessage(v1("{'payload':1,'event':'e','topic':'t'}"), "null", "null", "t", "e", "1");
    assertMessage(
        v1("{'x':{'y':[{}]},'topic':'t','event':'e','payload':null,'ref':5,'join_ref':'4'}"), "\"4\"", "5", "t", "e",
        "null");
  }

  @Test
  void v2BinaryPushIsTakenApart() {
    byte[] frame =
        bytes(
            0, // kind: push
            1, // length of the join reference
            2, // length of the reference
            4, // length of the topic
            4, // length of the event
            "1",
            "22",
            "room",
            "push",
            0xff, 0, 1); // data, to the end
    InboundMessage m = Serializer.V2.decodeBinary(frame);
    assertThat(m.joinRef()).isEqualTo(REF_1);
    assertThat(m.ref()).isEqualTo(json("'22'"));
    assertThat(m.topic()).isEqualTo("room");
    assertThat(m.event()).isEqualTo(InboundMessage.Event.PUSH);
    assertThat(m.payload()).isEqualTo(Payload.binary(bytes(0xff, 0, 1)));
    assertThat(new String(m.payload().asJson(), StandardCharsets.UTF_8)).isEqualTo("{\"$binary\":\"/wAB\"}");
  }

  @Test
  void aBinaryPushMayHaveNoReferencesAndNoData() {
    InboundMessage m = Serializer.V2.decodeBinary(bytes(0, 0, 0, 1, 1, "t", "e"));
    assertThat(m.joinRef()).isEqualTo(NULL);
    assertThat(m.ref()).isEqualTo(NULL);
    assertThat(m.payload().length()).isZero();
  }

  @Test
  void aBinaryPushTakesLengthsAsUnsigned() {
    String topic = "t".repeat(255);
    InboundMessage m = Serializer.V2.decodeBinary(bytes(0, 0, 0, 255, 1, topic, "e", 5));
    assertThat(m.topic()).isEqualTo(topic);
    assertThat(m.payload().length()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                            | at byte 0: found '{', expected '['",
        "[                             | at byte 1: found the end, expected a JSON value",
        "['1'                          | at byte 4: found the end, expected ','",
        "[{},'2','t','e',1]            | at byte 1: found '{', expected a reference: a string, a number or null",
        "['1',[],'t','e',1]            | at byte 5: found '[', expected a reference: a string, a number or null",
        "['1','2',null,'e',1]          | at byte 9: found 'n', expected the topic, a string",
        "['1','2','t',5,1]             | at byte 13: found '5', expected the event, a string",
        "['1','2','t','e']             | at byte 16: found ']', expected ','",
        "['1','2','t','e',1,2]         | at byte 18: found ',', expected ']'",
        "['1','2','t','e',1] x         | at byte 20: found 'x', expected the end of the frame",
        "['1','2','t','e',{'a' 1}]     | at byte 22: found '1', expected ':'",
        "['1','2','t','e',{a:1}]       | at byte 18: found 'a', expected a key in quotes",
        "['1','2','t','e',1.]          | at byte 19: found ']', expected a digit",
        "['1','2','t','e',tru]         | at byte 17: found 't', expected true",
        "['1','2','t','e','\\q']       | at byte 19: found 'q', expected an escape that JSON knows",
        "['1','2','t','e','\\u12']     | at byte 19: found 'u', expected four hex digits behind \\u",
        "['1','2','t','e','\\ud800 ']  | at byte 19: found 'u', expected a surrogate pair, not half of one",
        "['1','2','t','e','x]          | at byte 20: found the end, expected the closing quote of a string"
      })
  void aMalformedV2TextIsRefusedAtItsFault(String frame, String message) {
    assertThatThrownBy(() -> v2(frame)).isInstanceOf(MalformedFrameException.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                    | at byte 0: found '[', expected '{'",
        "{}                    | at byte 1: found '}', expected a key in quotes",
        "{'topic':'t'}         | a V1 message needs topic, event and payload",
        "{'topic':1}           | at byte 9: found '1', expected the topic, a string",
        "{'event':null}        | at byte 9: found 'n', expected the event, a string",
        "{'ref':true}          | at byte 7: found 't', expected a reference: a string, a number or null",
        "{'topic':'t',}        | at byte 13: found '}', expected a key in quotes",
        "{'topic':'t'}}        | at byte 13: found '}', expected the end of the frame"
      })
  void aMalformedV1TextIsRefusedAtItsFault(String frame, String message) {
    assertThatThrownBy(() -> v1(frame)).isInstanceOf(MalformedFrameException.class).hasMessage(message);
  }

  @Test
  void aControlCharacterInAStringIsRefused() {
    assertThatThrownBy(() -> v2("['1','2','t','e','\n']"))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessage("at byte 18: found byte 10, expected no control character in a string");
  }

  @Test
  void aMalformedBinaryIsRefused() {
    assertThatThrownBy(() -> Serializer.V2.decodeBinary(bytes(0, 0, 0, 0)))
        .hasMessage("a binary frame of 4 bytes, expected a V2 push: 0, four lengths");
    assertThatThrownBy(() -> Serializer.V2.decodeBinary(bytes(2, 0, 0, 0, 0)))
        .hasMessage("a binary frame of 5 bytes, expected a V2 push: 0, four lengths");
    assertThatThrownBy(() -> Serializer.V2.decodeBinary(bytes(0, 0, 0, 9, 0, "t")))
        .hasMessage("the lengths of a binary push add up to 14, its frame has 6");
    assertThatThrownBy(() -> Serializer.V2.decodeBinary(bytes(0, 0, 1, 0, 0, 0xff)))
        .hasMessage("the reference of a binary push is not UTF-8");
    assertThatThrownBy(() -> Serializer.V1.decodeBinary(bytes(0, 0, 0, 0, 0)))
        .hasMessage("a binary frame, which serializer 1.0.0 does not know; connect with vsn=2.0.0");
  }

  @Test
  void referencesAreTheSameAsTextOrNumber() {
    assertThat(InboundMessage.sameRef(json("'1'"), json("1"))).isTrue();
    assertThat(InboundMessage.sameRef(json("'1'"), json("'1'"))).isTrue();
    assertThat(InboundMessage.sameRef(json("'1'"), json("'2'"))).isFalse();
    assertThat(InboundMessage.sameRef(json("null"), json("'1'"))).isFalse();
  }

  @Test
  void theVersionChoosesTheSerializer() {
    assertThat(Serializer.forVersion(null)).isSameAs(Serializer.V1);
    assertThat(Serializer.forVersion("")).isSameAs(Serializer.V1);
    assertThat(Serializer.forVersion("1.0.0")).isSameAs(Serializer.V1);
    assertThat(Serializer.forVersion("2.0.0")).isSameAs(Serializer.V2);
    assertThat(Serializer.forVersion("3.0.0")).isNull();
    assertThat(Serializer.V1.version()).isEqualTo("1.0.0");
    assertThat(Serializer.V2.version()).isEqualTo("2.0.0");
  }
}
