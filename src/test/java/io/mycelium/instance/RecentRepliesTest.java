package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Outbound;
import io.mycelium.room.Turn;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The answers that an instance keeps are bounded. */
class RecentRepliesTest {
  private final RecentReplies replies = new RecentReplies();

  private void add(long number, int bytes) {
    replies.add(new Outbound.Reply("g", number, null, null, new byte[bytes], number));
  }

  private List<Long> numbers() {
    Turn turn = new Turn();
    replies.repeat(turn);
    return turn.items().stream().map(item -> ((Outbound.Reply) item).number()).toList();
  }

  @Test
  void acknowledgedOnesAreForgotten() {
    LongStream.rangeClosed(1, 5).forEach(n -> add(n, 10));
    replies.acknowledged(3);
    assertThat(numbers()).containsExactly(4L, 5L);
    replies.acknowledged(9);
    assertThat(numbers()).isEmpty();
  }

  @Test
  void theOldestGoWhenThereAreTooMany() {
    int over = 7;
    LongStream.rangeClosed(1, RecentReplies.MAX_REPLIES + over).forEach(n -> add(n, 0));
    assertThat(numbers()).hasSize(RecentReplies.MAX_REPLIES).startsWith(over + 1L);
  }

  @Test
  void theOldestGoWhenTheyAreTooLarge() {
    int third = RecentReplies.MAX_BYTES / 3;
    LongStream.rangeClosed(1, 4).forEach(n -> add(n, third));
    assertThat(numbers()).containsExactly(2L, 3L, 4L);
    add(5, RecentReplies.MAX_BYTES + 1);
    assertThat(numbers()).isEmpty();
    add(6, RecentReplies.MAX_BYTES);
    assertThat(numbers()).containsExactly(6L);
  }
}
