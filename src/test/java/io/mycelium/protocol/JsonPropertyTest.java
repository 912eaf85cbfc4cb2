package io.mycelium.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The scanner, the UTF-8 check and the writer against Jackson and the JDK. */
class JsonPropertyTest {
  private static final ObjectMapper JACKSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNumberLength(1 << 20).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Characters that make or break JSON. */
  private static final String SPICE = "{}[]\",:\\/ \t\n\u0001-+.eE019xbtrufalsn\u00fc\ud83d\ude00";

  private static String refusal(byte[] json) {
    JsonScanner scanner = new JsonScanner(json, 0, json.length);
    try {
      scanner.skipValue();
      scanner.expectEnd();
      return null;
    } catch (MalformedFrameException e) {
      return e.getMessage();
    }
  }

  private static boolean jacksonTakes(byte[] json) throws java.io.IOException {
    try {
      return !JACKSON.readTree(json).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The only intended difference: half a surrogate pair, which Jackson reads and cannot write. */
  private static void assertLikeJackson(String text) throws java.io.IOException {
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    String refusal = refusal(json);
    if (refusal == null || !refusal.contains("surrogate")) {
      assertThat(refusal == null).as("%s: %s", text, refusal).isEqualTo(jacksonTakes(json));
    }
  }

  @Provide
  Arbitrary<Object> values() {
    return value(4);
  }

  private Arbitrary<Object> value(int depth) {
    Arbitrary<String> text =
        Arbitraries.strings().withChars(SPICE).ofMaxLength(8).map(JsonPropertyTest::paired);
    Arbitrary<Object> leaf =
        Arbitraries.oneOf(
            Arbitraries.longs().asGeneric(),
            Arbitraries.doubles().asGeneric(),
            Arbitraries.of(true, false).asGeneric(),
            text.asGeneric());
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<Object> inner = Arbitraries.lazy(() -> value(depth - 1));
    return Arbitraries.oneOf(
        leaf,
        inner.list().ofMaxSize(4).asGeneric(),
        Arbitraries.maps(text, inner).ofMaxSize(4).asGeneric());
  }

  /** Surrogates come from the alphabet one by one; halves are replaced. */
  private static String paired(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Property(tries = 500)
  void whatJacksonWritesIsTaken(@ForAll("values") Object value) throws java.io.IOException {
    assertThat(refusal(JACKSON.writeValueAsBytes(value))).isNull();
    assertThat(refusal(JACKSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(value))).isNull();
  }

  /** A change within JSON text: start, number of removed characters, inserted text. */
  private record Mutation(int at, int removed, String added) {
    String applyTo(String text) {
      int from = at % (text.length() + 1);
      int to = Math.min(text.length(), from + removed);
      return paired(text.substring(0, from) + added + text.substring(to));
    }
  }

  @Provide
  Arbitrary<List<Mutation>> mutations() {
    Arbitrary<String> added = Arbitraries.strings().withChars(SPICE).ofMaxLength(2);
    return Combinators.combine(
            Arbitraries.integers().between(0, 10_000), Arbitraries.integers().between(0, 3), added)
        .as(Mutation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Property(tries = 3000)
  void mutatedJsonIsTakenJustIfJacksonTakesIt(
      @ForAll("values") Object value, @ForAll("mutations") List<Mutation> mutations)
      throws java.io.IOException {
    String text = JACKSON.writeValueAsString(value);
    for (Mutation mutation : mutations) {
      text = mutation.applyTo(text);
    }
    assertLikeJackson(text);
  }

  @Property(tries = 3000)
  void spicedNumbersAndWordsAreTakenJustIfJacksonTakesThem(@ForAll("spice") String text)
      throws java.io.IOException {
    assertLikeJackson(text);
  }

  @Provide
  Arbitrary<String> spice() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("-+.eE019 ").ofMinLength(1).ofMaxLength(7),
        Arbitraries.strings().withChars("\\u0dDcC8\"/bn").ofMaxLength(14).map(s -> "\"" + s + "\""),
        Arbitraries.strings().withChars("[]{},:\"1 ").ofMaxLength(8));
  }

  @Example
  void nestingIsLimited() {
    assertThat(refusal(("[".repeat(128) + "]".repeat(128)).getBytes(StandardCharsets.US_ASCII)))
        .isNull();
    assertThat(refusal(("[".repeat(129) + "]".repeat(129)).getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("at byte 128: found '[', expected at most 128 levels of nesting");
    assertThat(refusal("{\"a\":".repeat(100_000).getBytes(StandardCharsets.US_ASCII)))
        .contains("128 levels");
  }

  @Property(tries = 3000)
  void bytesAreUtf8JustIfTheJdkDecodesThem(@ForAll("almostUtf8") byte[] bytes) {
    boolean valid;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      valid = true;
    } catch (CharacterCodingException e) {
      valid = false;
    }
    assertThat(Utf8.isValid(bytes, bytes.length)).isEqualTo(valid);
  }

  @Provide
  Arbitrary<byte[]> almostUtf8() {
    Arbitrary<byte[]> text =
        Arbitraries.strings().ofMaxLength(40).map(s -> s.getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> broken =
        Combinators.combine(
                text.filter(b -> b.length > 0),
                Arbitraries.integers().between(0, 200),
                Arbitraries.bytes())
            .as(
                (bytes, at, value) -> {
                  bytes[at % bytes.length] = value;
                  return bytes;
                });
    return Arbitraries.oneOf(text, broken, Arbitraries.bytes().array(byte[].class).ofMaxSize(12));
  }

  @Property
  void oneHighByteAnywhereIsSeen(
      @ForAll @IntRange(max = 63) int length, @ForAll @IntRange(max = 63) int at) {
    byte[] bytes = new byte[length];
    assertThat(Utf8.isValid(bytes, bytes.length)).isTrue();
    if (at < length) {
      bytes[at] = (byte) 0x80;
      assertThat(Utf8.isValid(bytes, bytes.length)).isFalse();
    }
  }

  @Property
  void aQuotedStringReadsBackAsItself(@ForAll String any) throws java.io.IOException {
    String text = paired(any);
    byte[] quoted = JsonWriter.quoted(text);
    assertThat(JACKSON.readTree(quoted).textValue()).isEqualTo(text);
    assertThat(refusal(quoted)).isNull();
  }

  @Property
  void numbersAreWrittenInDecimal(@ForAll long value) {
    if (value < 0) {
      assertThatThrownBy(() -> new JsonWriter(16).number(value))
          .isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(new JsonWriter(1).number(value).toBytes())
          .asString()
          .isEqualTo(Long.toString(value));
    }
  }

  @Property(tries = 200)
  void partsAreAppendedAsTheyAre(@ForAll @Size(max = 30) List<String> parts) {
    JsonWriter writer = new JsonWriter(0);
    StringBuilder expected = new StringBuilder();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      writer.raw(bytes).raw(',');
      expected.append(new String(bytes, StandardCharsets.UTF_8)).append(',');
    }
    assertThat(new String(writer.toBytes(), StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    assertThat(writer.length()).isEqualTo(writer.toBytes().length);
  }

  @Example
  void aTreeKeepsEveryDigit() {
    Payload payload = Payload.json("{\"n\":1.10000000000000000000000000001}");
    assertThat(Payload.of(payload.tree())).isEqualTo(payload);
    assertThat(Payload.of(Map.of("a", 1))).isEqualTo(Payload.json("{\"a\":1}"));
  }
}
