package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Journal;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.HistoryQuery;
import io.mycelium.room.Position;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Commands that need a read of the journal: gaps of hubs, clients that resume from far back, and
 * history that is not in memory. On the instance's context.
 */
final class JournalReads {
  /** Puts an answer into a turn; on the instance's context. */
  @FunctionalInterface
  interface Answer {
    void write(Turn turn);
  }

  private final InstanceServices services;
  private final Instance instance;
  private final Commits commits;
  private final OwnContext context;
  private final Consumer<Answer> answer;
  private final OlderEntries older;
  private int open;
  private Runnable onAnswered;

  JournalReads(
      InstanceServices services,
      Instance instance,
      Commits commits,
      OwnContext context,
      Consumer<Answer> answer) {
    this.services = services;
    this.instance = instance;
    this.commits = commits;
    this.context = context;
    this.answer =
        each -> {
          answer.accept(each);
          closed();
        };
    this.older = new OlderEntries(services, instance, context, this::written);
  }

  /** Runs the task once no question is open, perhaps at once. */
  void whenAnswered(Runnable task) {
    onAnswered = task;
    if (open == 0) {
      task.run();
    }
  }

  private void closed() {
    open--;
    if (open == 0 && onAnswered != null) {
      onAnswered.run();
    }
  }

  void ask(Turn.Question question) {
    open++;
    Command command = question.command();
    if (command.kind() == Command.Kind.HELLO) {
      hello(question);
      return;
    }
    Room room = instance.find(command.room());
    if (room == null) {
      answer.accept(turn -> refused(question, gone(command.room()), turn));
      return;
    }
    switch (command.kind()) {
      case JOIN ->
          older
              .load(room, Position.of(command.payload()).seq())
              .onComplete(loaded -> answer.accept(turn -> join(question, turn)));
      case REFILL -> refill(question, room);
      default -> history(question, room);
    }
  }

  /** While the journal cannot be read there is no answer: the link asks again. */
  private void hello(Turn.Question question) {
    String link = question.gateway();
    long after = question.command().number();
    written()
        .compose(ignored -> applied(link, after))
        .onFailure(cause -> closed())
        .onSuccess(
            pushes ->
                answer.accept(
                    turn ->
                        turn.item(
                            new Outbound.Restored(
                                link, pushes, LinkAnswers.roomsInMemory(instance.spec())))));
  }

  /**
   * Sequence of the last entry that a command of the link made, by the command's number. No link
   * outlives a store that one node has to itself.
   */
  private Future<Map<Long, Long>> applied(String link, long after) {
    if (!services.store().isShared()) {
      return context.vertx().succeededFuture(Map.of());
    }
    return context
        .here(services.store().nodes().applied(instance.spec().id(), link, after))
        .map(
            found -> {
              Map<Long, Long> last = new HashMap<>();
              found.forEach(each -> last.merge(each.number(), each.seq(), Math::max));
              return last;
            });
  }

  private static Refusal gone(String room) {
    return new Refusal(ErrorCode.UNKNOWN_ROOM, "room " + room + " was removed");
  }

  private static void refused(Turn.Question question, Throwable cause, Turn turn) {
    if (cause instanceof Refusal refusal) {
      turn.error(
          question.gateway(), question.command().number(), refusal.code(), refusal.getMessage());
    } else {
      turn.error(
          question.gateway(),
          question.command().number(),
          ErrorCode.JOURNAL_UNAVAILABLE,
          "the journal could not be read");
    }
  }

  /** Answers the join whether or not the missed entries were found; if not, with the state. */
  private void join(Turn.Question question, Turn turn) {
    try {
      instance.resumeJoin(question, turn);
    } catch (Refusal refusal) {
      refused(question, refusal, turn);
    }
  }

  private void refill(Turn.Question question, Room room) {
    Command command = question.command();
    String id = instance.spec().id();
    long after = GapRefills.after(command);
    written()
        .compose(
            ignored ->
                context.here(journal().read(id, room.name(), after, GapRefills.limit(command))))
        .onComplete(
            done ->
                answer.accept(
                    turn -> {
                      if (done.failed()) {
                        refused(question, done.cause(), turn);
                        return;
                      }
                      turn.item(GapRefills.read(question.gateway(), command, room, done.result()));
                      turn.ok(question.gateway(), command.number(), null, 0);
                    }));
  }

  private void history(Turn.Question question, Room room) {
    HistoryQuery query = HistoryQuery.of(question.command().payload());
    String id = instance.spec().id();
    written()
        .compose(ignored -> context.here(EntryList.read(journal(), id, room.name(), query)))
        .onComplete(
            done ->
                answer.accept(
                    turn -> {
                      if (done.failed()) {
                        refused(question, done.cause(), turn);
                        return;
                      }
                      byte[] found = EntryList.answer(query, done.result());
                      turn.ok(question.gateway(), question.command().number(), found, 0);
                    }));
  }

  /** Appends of this generation may still wait for the next commit. */
  private Future<Void> written() {
    return context.here(commits.flushForRead());
  }

  private Journal journal() {
    return services.store().journal();
  }
}
