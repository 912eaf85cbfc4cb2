package io.mycelium;

import io.mycelium.testing.Mutations;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each fuzz target with its corpus, and with what a seed makes of that for {@code
 * -Dmycelium.fuzz.seconds}. CONTRIBUTING.md says how Jazzer runs the same targets for longer.
 */
class FuzzTargetsTest {
  private static final double SECONDS =
      Double.parseDouble(System.getProperty("mycelium.fuzz.seconds", "3"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocol.SerializerFuzz",
        "web.rest.RestBodyFuzz",
        "access.token.TokenFuzz",
        "instance.ImportLineFuzz",
        "web.socket.FrameReaderFuzz"
      })
  void nothingIsFound(String target) throws Exception {
    Method method =
        Class.forName("io.mycelium." + target).getMethod("fuzzerTestOneInput", byte[].class);
    String name = target.substring(target.lastIndexOf('.') + 1);
    List<byte[]> corpus = corpus(Path.of("src/test/resources/fuzz", name));
    for (byte[] input : corpus) {
      run(method, input);
    }
    Mutations mutations = new Mutations(17, corpus);
    long end = System.nanoTime() + (long) (SECONDS * 1e9);
    while (System.nanoTime() < end) {
      run(method, mutations.next());
    }
  }

  private static List<byte[]> corpus(Path folder) throws IOException {
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    }
    return inputs;
  }

  private static void run(Method target, byte[] input) throws IllegalAccessException {
    try {
      target.invoke(null, (Object) input);
    } catch (InvocationTargetException e) {
      throw new AssertionError("input " + HexFormat.of().formatHex(input), e.getCause());
    }
  }
}
