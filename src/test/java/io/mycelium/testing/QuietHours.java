package io.mycelium.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Surefire runs tests in several JVMs. Each test takes a lock that all JVMs of a build share, for
 * itself alone if it is {@link Quiet}. What a class does once for all its tests is outside.
 */
public final class QuietHours implements TestExecutionListener {
  private static final Path FILE = Path.of("target", "quiet-hours.lock");
  private static final long DOOR = 0;
  private static final long HOUSE = 1;

  /** One for the JVM: to close any of them would release its locks. */
  private static final FileChannel CHANNEL = open();

  private FileLock held;

  private static FileChannel open() {
    try {
      Files.createDirectories(FILE.getParent());
      return FileChannel.open(
          FILE, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.isTest()) {
      held = enter(test.getSource().filter(QuietHours::isQuiet).isPresent());
    }
  }

  /**
   * Through a door that one passes at a time: else a JVM whose tests follow each other without a
   * break would keep a quiet one of the other JVM waiting for ever.
   */
  private static FileLock enter(boolean alone) {
    try (FileLock door = CHANNEL.lock(DOOR, 1, false)) {
      return CHANNEL.lock(HOUSE, 1, !alone);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isQuiet(TestSource source) {
    return source instanceof MethodSource method
        && (method.getJavaMethod().isAnnotationPresent(Quiet.class)
            || isQuiet(method.getJavaClass()));
  }

  private static boolean isQuiet(Class<?> tests) {
    return tests != null
        && (tests.isAnnotationPresent(Quiet.class) || isQuiet(tests.getEnclosingClass()));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest()) {
      try {
        held.release();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
