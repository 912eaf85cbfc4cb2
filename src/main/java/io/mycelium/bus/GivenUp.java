package io.mycelium.bus;

import java.util.Arrays;

/**
 * Numbers and sizes of a link's commands that timed out, oldest first. The instance may still have
 * them in its mailbox, until it answers one of them or a later one: it takes them in order. For one
 * thread.
 */
final class GivenUp {
  private long[] numbers = {};
  private int[] sizes = {};
  private int head;
  private int count;
  private long bytes;

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  void add(Command command) {
    if (count == numbers.length) {
      grow();
    }
    int tail = (head + count++) & (numbers.length - 1);
    numbers[tail] = command.number();
    sizes[tail] = command.size();
    bytes += command.size();
  }

  private void grow() {
    int before = numbers.length;
    numbers = Arrays.copyOf(numbers, Math.max(8, 2 * before));
    sizes = Arrays.copyOf(sizes, numbers.length);
    System.arraycopy(numbers, 0, numbers, before, head);
    System.arraycopy(sizes, 0, sizes, before, head);
  }

  /** The instance has answered that command. */
  void answered(long number) {
    while (count > 0 && numbers[head] <= number) {
      bytes -= sizes[head];
      head = (head + 1) & (numbers.length - 1);
      count--;
    }
  }

  /** The mailbox is gone. */
  void clear() {
    numbers = new long[0];
    sizes = new int[0];
    head = 0;
    count = 0;
    bytes = 0;
  }
}
