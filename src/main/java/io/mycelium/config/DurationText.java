package io.mycelium.config;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration on the command line, written as in the file. */
public final class DurationText implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    try {
      return (Duration) ConfigValue.read(Duration.class, "", text);
    } catch (ConfigValue.Unreadable e) {
      throw new TypeConversionException(text + " is not " + e.getMessage());
    }
  }
}
