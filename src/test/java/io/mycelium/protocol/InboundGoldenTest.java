package io.mycelium.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How both serializers decode every kind of inbound frame, including malformed ones. In JSON,
 * single quotes stand for double ones.
 */
class InboundGoldenTest {
  private static final byte[] REF_1 = json("'1'");
  private static final byte[] NULL = json("null");

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
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

  private static void assertMessage(
      InboundMessage m, String joinRef, String ref, String topic, String event, String payload) {
    assertThat(new String(m.joinRef(), StandardCharsets.UTF_8)).isEqualTo(joinRef);
    assertThat(new String(m.ref(), StandardCharsets.UTF_8)).isEqualTo(ref);
    assertThat(m.topic()).isEqualTo(topic);
    assertThat(m.eventName()).isEqualTo(event);
    assertThat(m.payload()).isEqualTo(Payload.json(payload));
  }

  private static InboundMessage v2(String frame) {
    byte[] text = json(frame);
    return Serializer.V2.decodeText(withMoreBehind(text), text.length);
  }

  private static InboundMessage v1(String frame) {
    byte[] text = json(frame);
    return Serializer.V1.decodeText(withMoreBehind(text), text.length);
  }

  private static InboundMessage binary(Serializer serializer, byte[] frame) {
    return serializer.decodeBinary(withMoreBehind(frame), frame.length);
  }

  /**
   * As in an array into which a longer message was read before: bytes after the length are not
   * read.
   */
  private static byte[] withMoreBehind(byte[] message) {
    return bytes(message, json("'push',{}]]}}"));
  }

  @Test
  void v2TextIsTakenApart() {
    assertMessage(
        v2("['1','2','room','push',{'a':[1,null]}]"),
        "\"1\"",
        "\"2\"",
        "room",
        "push",
        "{\"a\":[1,null]}");
    assertMessage(
        v2("[null,7,'phoenix','heartbeat',{}]"), "null", "7", "phoenix", "heartbeat", "{}");
    assertMessage(v2("[-1.5e3,'','','','']"), "-1.5e3", "\"\"", "", "", "\"\"");
  }

  @Test
  void whiteSpaceMayStandBetweenTokens() {
    assertMessage(
        v2(" \t\r\n[ '1' , '2'\n,\t'room' , 'push' ,  { 'a' : 1 }  ] \n"),
        "\"1\"",
        "\"2\"",
        "room",
        "push",
        "{ \"a\" : 1 }");
    assertMessage(
        v1(" { 'ref' : 1 , 'payload' :  [ 1 ] , 'event':'e' , 'topic':'t' } "),
        "null",
        "1",
        "t",
        "e",
        "[ 1 ]");
  }

  @Test
  void namesMayBeEscaped() {
    InboundMessage m =
        v2(
            "['\\u0031','2','r\\u006fom\\/\\'','p\\u00fcsh\\ud83d\\ude00',{}]"
                .replace("\\'", "\\\""));
    assertThat(m.topic()).isEqualTo("room/\"");
    assertThat(m.eventName()).isEqualTo("püsh😀");
    assertThat(new Topic("room/\"").isOf(m)).isTrue();
    assertThat(v2("['1','2','room','\\u0070ush',{}]").event()).isEqualTo(InboundMessage.Event.PUSH);
  }

  @Test
  void v1TextIsTakenApart() {
    assertMessage(
        v1("{'topic':'t','event':'e','payload':{},'ref':'1'}"), "null", "\"1\"", "t", "e", "{}");
    assertMessage(v1("{'payload':1,'event':'e','topic':'t'}"), "null", "null", "t", "e", "1");
    assertMessage(
        v1("{'x':{'y':[{}]},'topic':'t','event':'e','payload':null,'ref':5,'join_ref':'4'}"),
        "\"4\"",
        "5",
        "t",
        "e",
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
            "1", "22", "room", "push", 0xff, 0, 1); // data, to the end
    InboundMessage m = binary(Serializer.V2, frame);
    assertThat(m.joinRef()).isEqualTo(REF_1);
    assertThat(m.ref()).isEqualTo(json("'22'"));
    assertThat(m.topic()).isEqualTo("room");
    assertThat(m.event()).isEqualTo(InboundMessage.Event.PUSH);
    assertThat(m.payload()).isEqualTo(Payload.binary(bytes(0xff, 0, 1)));
    assertThat(new String(m.payload().asJson(), StandardCharsets.UTF_8))
        .isEqualTo("{\"$binary\":\"/wAB\"}");
  }

  @Test
  void aBinaryPushMayHaveNoReferencesAndNoData() {
    InboundMessage m = binary(Serializer.V2, bytes(0, 0, 0, 1, 1, "t", "e"));
    assertThat(m.joinRef()).isEqualTo(NULL);
    assertThat(m.ref()).isEqualTo(json("''"));
    assertThat(m.payload().length()).isZero();
  }

  @Test
  void aBinaryPushTakesLengthsAsUnsigned() {
    String topic = "t".repeat(255);
    InboundMessage m = binary(Serializer.V2, bytes(0, 0, 0, 255, 1, topic, "e", 5));
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
        "[{},'2','t','e',1]            | at byte 1: found '{', expected a reference: a string, a"
            + " number or null",
        "['1',[],'t','e',1]            | at byte 5: found '[', expected a reference: a string, a"
            + " number or null",
        "['1','2',null,'e',1]          | at byte 9: found 'n', expected the topic, a string",
        "['1','2','t',5,1]             | at byte 13: found '5', expected the event, a string"
      })
  void aMalformedV2TextIsRefusedAtItsFault(String frame, String message) {
    assertThatThrownBy(() -> v2(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "['1','2','t','e']             | at byte 16: found ']', expected ','",
        "['1','2','t','e',1,]          | at byte 19: found ']', expected a JSON value",
        "['1','2','t','e',1] x         | at byte 20: found 'x', expected the end of the frame",
        "['1','2','t','e',{'a' 1}]     | at byte 22: found '1', expected ':'",
        "['1','2','t','e',{a:1}]       | at byte 18: found 'a', expected a key in quotes",
        "['1','2','t','e',1.]          | at byte 19: found ']', expected a digit",
        "['1','2','t','e',tru]         | at byte 17: found 't', expected true",
        "['1','2','t','e','\\q']       | at byte 19: found 'q', expected an escape that JSON knows",
        "['1','2','t','e','\\u12']     | at byte 19: found 'u', expected four hex digits behind"
            + " \\u",
        "['1','2','t','e','\\ud800 ']  | at byte 19: found 'u', expected a surrogate pair, not half"
            + " of one",
        "['1','2','t','e','x]          | at byte 20: found the end, expected the closing quote of a"
            + " string"
      })
  void whatIsWrongBehindTheEventOfAV2TextIsAFaultOfItsMessage(String frame, String fault) {
    InboundMessage m = v2(frame);
    assertThat(m.ref()).isEqualTo(json("'2'"));
    assertThat(m.topic()).isEqualTo("t");
    assertThat(m.payload()).isEqualTo(Payload.NULL);
    assertThat(m.fault()).isEqualTo(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'topic':'t','event':'e','ref':'2'}            | there is none, expected any JSON value",
        "{'topic':'t','event':'e','payload':tru,'ref':'2'} | at byte 35: found 't', expected true",
        "{'topic':'t','event':'e','payload':[{'}':'\\ud800 '}],'ref':'2'} | at byte 43: found 'u',"
            + " expected a surrogate pair, not half of one"
      })
  void aV1PayloadThatCannotBeTakenIsAFaultOfItsMessage(String frame, String fault) {
    InboundMessage m = v1(frame);
    assertThat(m.ref()).isEqualTo(json("'2'"));
    assertThat(m.topic()).isEqualTo("t");
    assertThat(m.fault()).isEqualTo(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                    | at byte 0: found '[', expected '{'",
        "{}                    | at byte 1: found '}', expected a key in quotes",
        "{'topic':'t'}         | a V1 message needs topic and event",
        "{'topic':1}           | at byte 9: found '1', expected the topic, a string",
        "{'event':null}        | at byte 9: found 'n', expected the event, a string",
        "{'ref':true}          | at byte 7: found 't', expected a reference: a string, a number or"
            + " null",
        "{'topic':'t',}        | at byte 13: found '}', expected a key in quotes",
        "{'topic':'t'}}        | at byte 13: found '}', expected the end of the frame"
      })
  void aMalformedV1TextIsRefusedAtItsFault(String frame, String message) {
    assertThatThrownBy(() -> v1(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessage(message);
  }

  @Test
  void aControlCharacterInAStringIsRefused() {
    assertThat(v2("['1','2','t','e','\n']").fault())
        .isEqualTo("at byte 18: found byte 10, expected no control character in a string");
  }

  @Test
  void aMalformedBinaryIsRefused() {
    assertThatThrownBy(() -> binary(Serializer.V2, bytes(0, 0, 0, 0)))
        .hasMessage("a binary frame of 4 bytes, expected a V2 push: 0, four lengths");
    assertThatThrownBy(() -> binary(Serializer.V2, bytes(2, 0, 0, 0, 0)))
        .hasMessage("a binary frame of 5 bytes, expected a V2 push: 0, four lengths");
    assertThatThrownBy(() -> binary(Serializer.V2, bytes(0, 0, 0, 9, 0, "t")))
        .hasMessage("the lengths of a binary push add up to 14, its frame has 6");
    assertThatThrownBy(() -> binary(Serializer.V2, bytes(0, 0, 1, 0, 0, 0xff)))
        .hasMessage("the reference of a binary push is not UTF-8");
    assertThatThrownBy(() -> binary(Serializer.V1, bytes(0, 0, 0, 0, 0)))
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
