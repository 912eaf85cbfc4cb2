package io.mycelium.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.SlowConsumer;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The codecs read back what they wrote, at any position of a buffer; the window behaves like a
 * sorted map.
 */
class BusPropertyTest {
  private static Arbitrary<String> text() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .map(s -> new String(s.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  private static Arbitrary<String> textOrNull() {
    return text().injectNull(0.2);
  }

  private static Arbitrary<byte[]> bytes() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(20);
  }

  private static Arbitrary<Payload> payloadOrNull() {
    return Arbitraries.oneOf(bytes().map(Payload::binary), text().map(Payload::json))
        .injectNull(0.3);
  }

  @Provide
  Arbitrary<CommandBatch> commandBatches() {
    Arbitrary<Command> command =
        Combinators.combine(
                Arbitraries.longs(),
                Arbitraries.of(Command.Kind.class),
                Arbitraries.longs(),
                textOrNull(),
                textOrNull(),
                textOrNull(),
                payloadOrNull())
            .as(Command::new);
    return Combinators.combine(
            text(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.integers(),
            command.list().ofMaxSize(6))
        .as(CommandBatch::new);
  }

  private static Arbitrary<Outbound.Delivery> deliveries() {
    return Combinators.combine(
            text(),
            bytes(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            bytes().map(Payload::binary).injectNull(0.5),
            Combinators.combine(bytes(), bytes(), bytes()).as(JsonParts::new))
        .as(Outbound.Delivery::new);
  }

  @Provide
  Arbitrary<DeliveryBatch> deliveryBatches() {
    Arbitrary<Outbound> reply =
        Combinators.combine(
                text(),
                Arbitraries.longs(),
                Arbitraries.of(ErrorCode.class).injectNull(0.3),
                textOrNull(),
                bytes().injectNull(0.5),
                Arbitraries.longs())
            .as(Outbound.Reply::new);
    Arbitrary<Outbound> direct =
        Combinators.combine(text(), Arbitraries.longs(), text(), bytes(), bytes())
            .as(Outbound.Direct::new);
    Arbitrary<Outbound> kick =
        Combinators.combine(text(), Arbitraries.longs(), text()).as(Outbound.Kick::new);
    Arbitrary<Outbound> refill =
        Combinators.combine(
                text(), text(), deliveries().list().ofMaxSize(3), Arbitraries.of(true, false))
            .as(Outbound.Refill::new);
    Arbitrary<Outbound> resend =
        Combinators.combine(text(), Arbitraries.longs()).as(Outbound.Resend::new);
    Arbitrary<Outbound> running =
        Arbitraries.maps(text(), Arbitraries.longs()).ofMaxSize(3).map(Outbound.Running::new);
    Arbitrary<Outbound> policy =
        Combinators.combine(text(), text(), Arbitraries.of(SlowConsumer.class))
            .as(Outbound.Policy::new);
    Arbitrary<Outbound> newest =
        Combinators.combine(
                text(),
                text(),
                Arbitraries.longs(),
                bytes().injectNull(0.5),
                deliveries().list().ofMaxSize(3),
                Arbitraries.longs())
            .as(Outbound.Newest::new);
    Arbitrary<Outbound> item =
        Arbitraries.oneOf(
            deliveries().map(d -> (Outbound) d),
            reply,
            direct,
            kick,
            refill,
            resend,
            running,
            Combinators.combine(
                    text(),
                    Arbitraries.longs(),
                    Arbitraries.maps(text(), Arbitraries.longs()).ofMaxSize(3))
                .as(Outbound.Welcome::new),
            Combinators.combine(
                    text(),
                    Arbitraries.maps(Arbitraries.longs(), Arbitraries.longs()).ofMaxSize(3),
                    text().set().ofMaxSize(3).map(HashSet::new))
                .as(Outbound.Restored::new),
            text().map(Outbound.Forgotten::new),
            policy,
            newest,
            text().map(Outbound.RoomClosed::new),
            textOrNull().map(Outbound.Failed::new),
            Arbitraries.just(new Outbound.Deleted()));
    return Combinators.combine(
            text(), Arbitraries.longs(), Arbitraries.longs(), item.list().ofMaxSize(6))
        .as(DeliveryBatch::new);
  }

  @Property(tries = 500)
  void aCommandBatchIsReadBackAsItWas(@ForAll("commandBatches") CommandBatch batch) {
    CommandBatchCodec codec = new CommandBatchCodec();
    Buffer wire = Buffer.buffer("before");
    codec.encodeToWire(wire, batch);
    assertThat(codec.decodeFromWire(6, wire.appendString("behind"))).isEqualTo(batch);
    assertThat(codec.transform(batch)).isSameAs(batch);
  }

  @Property(tries = 500)
  void aDeliveryBatchIsReadBackAsItWas(@ForAll("deliveryBatches") DeliveryBatch batch) {
    DeliveryBatchCodec codec = new DeliveryBatchCodec();
    Buffer wire = Buffer.buffer("before");
    codec.encodeToWire(wire, batch);
    DeliveryBatch read = codec.decodeFromWire(6, wire.appendString("behind"));
    assertThat(read)
        .usingRecursiveComparison()
        .withEqualsForType((a, b) -> Arrays.equals(a.toBytes(), b.toBytes()), JsonParts.class)
        .isEqualTo(batch);
    assertThat(codec.transform(batch)).isSameAs(batch);
  }

  @Example
  void everyKindOfItemHasItsTag() {
    Outbound.Delivery delivery =
        new Outbound.Delivery("room", new byte[] {1}, 1, 2, null, JsonParts.whole(new byte[] {2}));
    List<Outbound> items =
        List.of(
            delivery,
            new Outbound.Reply("link", 1, ErrorCode.TIMEOUT, "late", null, 0),
            new Outbound.Direct("link", 1, "room", new byte[] {3}, new byte[] {4}),
            new Outbound.Kick("link", 1, "room"),
            new Outbound.Catchup("link", 1, "room", List.of(delivery)),
            new Outbound.Refill("link", "room", List.of(delivery), true),
            new Outbound.Policy("link", "room", SlowConsumer.CONFLATE),
            new Outbound.Newest("link", "room", 1, null, List.of(delivery), 2),
            new Outbound.Resend("link", 7),
            new Outbound.RoomClosed("room"),
            new Outbound.Running(Map.of("link", 7L)),
            new Outbound.Welcome("link", 7, Map.of("room", 8L)),
            new Outbound.Restored("link", Map.of(7L, 8L), Set.of("room")),
            new Outbound.Forgotten("link"),
            new Outbound.Failed("why"),
            new Outbound.Deleted());
    assertThat(
            Stream.concat(items.stream().map(Object::getClass), Stream.of(Outbound.Rerouted.class)))
        .as("all but what does not leave its node")
        .containsExactlyInAnyOrder(Outbound.class.getPermittedSubclasses());
    aDeliveryBatchIsReadBackAsItWas(new DeliveryBatch("x", 1, 2, items));
  }

  /** Numbers: 0 adds a command; n takes the command n places before the newest. */
  @Property(tries = 500)
  void theWindowIsASortedMap(@ForAll("steps") List<Integer> steps) {
    Window window = new Window();
    TreeMap<Long, Window.Pending> model = new TreeMap<>();
    for (int step : steps) {
      if (step == 0) {
        add(window, model);
      } else {
        long number = window.nextNumber() - step;
        assertThat(window.take(number)).isSameAs(model.remove(number));
      }
      assertSame(window, model);
    }
  }

  @Provide
  Arbitrary<List<Integer>> steps() {
    Arbitrary<Integer> step =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, Arbitraries.just(0)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(-1, 40)));
    return step.list().ofMaxSize(300);
  }

  private static void add(Window window, Map<Long, Window.Pending> model) {
    long number = window.nextNumber();
    Payload payload = number % 3 == 0 ? null : Payload.json("1".repeat((int) (number % 7)));
    Command command = new Command(number, Command.Kind.PUSH, 1, "room", "push", "ada", payload);
    Window.Pending pending = new Window.Pending(command, ReplyTo.NOBODY, (int) number);
    window.add(pending);
    model.put(number, pending);
  }

  private static void assertSame(Window window, TreeMap<Long, Window.Pending> model) {
    assertThat(window.size()).isEqualTo(model.size());
    assertThat(window.bytes())
        .isEqualTo(model.values().stream().mapToLong(p -> p.command().size()).sum());
    assertThat(window.oldest()).isSameAs(model.isEmpty() ? null : model.firstEntry().getValue());
    for (long after : new long[] {0, window.nextNumber() / 2, window.nextNumber()}) {
      List<Window.Pending> found = new ArrayList<>();
      window.forEachAfter(after, found::add);
      assertThat(found).containsExactlyElementsOf(model.tailMap(after, false).values());
    }
  }

  /** A number that came before, or is 64 or more below the highest, is a repeat. */
  @Property(tries = 500)
  void repeatsAreTold(@ForAll("numbers") List<Long> numbers) {
    SeenNumbers recent = new SeenNumbers();
    List<Long> came = new ArrayList<>();
    for (long number : numbers) {
      long highest = came.stream().mapToLong(n -> n).max().orElse(0);
      boolean expected = !came.contains(number) && number > highest - Long.SIZE;
      assertThat(recent.isNew(number)).isEqualTo(expected);
      came.add(number);
    }
    recent.clear();
    assertThat(recent.isNew(1)).isTrue();
  }

  @Provide
  Arbitrary<List<Long>> numbers() {
    return Arbitraries.longs().between(1, 200).list().ofMinSize(1).ofMaxSize(100);
  }
}
