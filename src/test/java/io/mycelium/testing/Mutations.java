package io.mycelium.testing;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Inputs that are nearly right, the same ones for the same seed. */
public final class Mutations {
  private static final byte[][] WORDS = {
    "[".getBytes(),
    "{\"\":".getBytes(),
    "\\ud800".getBytes(),
    "1e999".getBytes(),
    "1e99999999999".getBytes(),
    "\u0000".getBytes(),
    "null".getBytes(),
    "-0".getBytes(),
    "\"\"".getBytes(),
    {(byte) 0x81, (byte) 0xfe},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
    {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
    {(byte) 0xed, (byte) 0xa0, (byte) 0x80}
  };

  private final Random random;
  private final List<byte[]> seeds;

  public Mutations(long seed, List<byte[]> seeds) {
    this.random = new Random(seed);
    this.seeds = seeds;
  }

  public byte[] next() {
    byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      input = mutated(input);
    }
    return input;
  }

  private byte[] mutated(byte[] input) {
    int at = random.nextInt(input.length + 1);
    switch (random.nextInt(6)) {
      case 0 -> {
        if (at < input.length) {
          input[at] ^= (byte) (1 << random.nextInt(8));
        }
        return input;
      }
      case 1 -> {
        if (at < input.length) {
          input[at] = (byte) random.nextInt();
        }
        return input;
      }
      case 2 -> {
        return Arrays.copyOf(input, at);
      }
      case 3 -> {
        return joined(input, at, WORDS[random.nextInt(WORDS.length)], at);
      }
      case 4 -> {
        return joined(input, at, new byte[0], Math.min(input.length, at + random.nextInt(4)));
      }
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length + 1);
        return joined(input, at, Arrays.copyOfRange(other, from, other.length), at);
      }
    }
  }

  private static byte[] joined(byte[] input, int to, byte[] between, int from) {
    byte[] all = Arrays.copyOf(input, to + between.length + input.length - from);
    System.arraycopy(between, 0, all, to, between.length);
    System.arraycopy(input, from, all, to + between.length, input.length - from);
    return all;
  }
}
