package io.mycelium.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.OutputStream;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The log: one line per event on standard output, set up in code so that there is no second
 * configuration file. With {@code -Dlogback.configurationFile}, Logback's own configuration applies
 * and this class changes nothing.
 */
public final class Logging {
  /** They tell of statements, URIs and subprotocols, with the password and the token in them. */
  private static final List<String> TELLTALES =
      List.of("org.sqlite", "io.vertx.ext.web", "io.netty.handler.codec.http");

  private static final List<String> TALKATIVE =
      List.of("com.zaxxer", "org.flywaydb", "com.hazelcast");

  /**
   * What came from outside may stand in a message: a line feed would begin a line of the log that
   * nobody wrote, and ESC would steer the terminal of whoever reads it. A stack trace keeps its
   * lines, each behind a space, so that none looks like the beginning of an event.
   */
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}"
          + " %replace(%msg){'[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]', '?'}%n"
          + "%replace(%replace(%ex){'[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]', '?'}){'(?m)^(?=.)', ' '}";

  private Logging() {}

  /**
   * Sends the log to standard output in {@code text} or {@code json}, from {@code level} upwards.
   */
  public static void configure(String format, String level) {
    if (System.getProperty("logback.configurationFile") != null) {
      return;
    }
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    install((LoggerContext) LoggerFactory.getILoggerFactory(), console, format, level);
  }

  /** The same to a stream, for the caller's own context. */
  static void configure(LoggerContext context, OutputStream out, String format, String level) {
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setOutputStream(out);
    install(context, appender, format, level);
  }

  /** Writes buffered lines; nothing is logged afterwards. */
  public static void close() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  private static void install(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      String format,
      String level) {
    context.reset();
    Encoder<ILoggingEvent> encoder = "json".equals(format) ? json() : text();
    encoder.setContext(context);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level));
    // It warns of each message that came while an instance's consumer was being replaced; links
    // send those again.
    context.getLogger("io.vertx.core.eventbus.impl.MessageConsumerImpl").setLevel(Level.ERROR);
    // It warns that it could be a little faster with flags of the JVM that open the JDK to it.
    context.getLogger("com.hazelcast.instance.impl.HazelcastInstanceFactory").setLevel(Level.ERROR);
    root.addAppender(appender);
    quietLibraries(context, root.getLevel());
  }

  /**
   * Netty's and Vert.x's lines below INFO are noise for developers of Mycelium, and those of the
   * database libraries and the cluster's engine below WARN for operators; {@code trace} shows them.
   */
  private static void quietLibraries(LoggerContext context, Level level) {
    if (level != Level.TRACE) {
      for (String library : TALKATIVE) {
        context
            .getLogger(library)
            .setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
      }
    }
    for (String library : TELLTALES) {
      context.getLogger(library).setLevel(level.isGreaterOrEqual(Level.INFO) ? level : Level.INFO);
    }
    if (level == Level.DEBUG) {
      context.getLogger("io.netty").setLevel(Level.INFO);
      context.getLogger("io.vertx").setLevel(Level.INFO);
    }
  }

  private static EncoderBase<ILoggingEvent> text() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern(LINE);
    return encoder;
  }

  private static EncoderBase<ILoggingEvent> json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
