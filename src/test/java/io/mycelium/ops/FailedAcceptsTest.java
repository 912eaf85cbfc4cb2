package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FailedAcceptsTest {
  private static final IOException NONE_LEFT =
      new IOException("accept(..) failed with error(-24): Too many open files");

  private final Logger logger = (Logger) LoggerFactory.getLogger(FailedAccepts.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicLong seconds = new AtomicLong();
  private final EmbeddedChannel listening =
      new EmbeddedChannel(
          new FailedAccepts(
              failed::incrementAndGet, () -> TimeUnit.SECONDS.toNanos(seconds.get())));

  @BeforeEach
  void keepLog() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void dropLog() {
    logger.detachAppender(log);
    listening.close();
  }

  private void fail(IOException cause) {
    listening.pipeline().fireExceptionCaught(cause);
    // What comes to the pipeline's end is logged by Netty, and thrown here.
    listening.checkException();
  }

  @Test
  void eachFailureIsCountedAndOneAMinuteIsLogged() {
    for (; seconds.get() < 180; seconds.incrementAndGet()) {
      fail(NONE_LEFT);
    }
    assertThat(failed).hasValue(180);
    assertThat(log.list).hasSize(3);
    assertThat(log.list.get(0).getThrowableProxy()).isNull();
    assertThat(log.list.get(0).getFormattedMessage())
        .contains(" of " + Descriptors.max() + " file descriptors", "ulimit -n", "max_connections")
        .hasLineCount(1);
  }

  @Test
  void nothingIsAcceptedForASecond() {
    listening.freezeTime();
    fail(NONE_LEFT);
    assertThat(listening.config().isAutoRead()).isFalse();
    listening.advanceTimeBy(999, TimeUnit.MILLISECONDS);
    listening.runScheduledPendingTasks();
    assertThat(listening.config().isAutoRead()).isFalse();
    listening.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    listening.runScheduledPendingTasks();
    assertThat(listening.config().isAutoRead()).isTrue();
  }

  @Test
  void whatIsNoFaultOfTheSocketIsLeftToNetty() {
    listening.pipeline().fireExceptionCaught(new IllegalStateException("a bug"));
    assertThatThrownBy(listening::checkException).hasMessage("a bug");
    assertThat(failed).hasValue(0);
  }

  @Test
  void theLineSaysWhatIsExhausted() {
    assertThat(FailedAccepts.line("accept: Too many open files", 300, 300))
        .contains("300 of 300 file descriptors of this process", "ulimit -n");
    assertThat(FailedAccepts.line("accept: Too many open files in system", 80, 300))
        .contains("the machine has no file descriptor left", "80 of 300", "fs.file-max");
    assertThat(FailedAccepts.line("No buffer space available", 80, 300))
        .contains("No buffer space available", "80 of 300");
  }

  @Test
  void aLimitBelowWhatTheConfigurationPromisesIsAWarning() {
    assertThat(Descriptors.warning(100_000, 1_048_576)).isEmpty();
    assertThat(Descriptors.warning(768, 1024)).isEmpty();
    assertThat(Descriptors.warning(100_000, 0)).isEmpty();
    assertThat(Descriptors.warning(100_000, 1024))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("web.max_connections is 100000", "1024", "to 100256", "to 768"));
  }
}
