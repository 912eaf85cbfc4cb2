package io.mycelium.web.rest;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Resources of the class path for vertx-openapi, which reads the JSON schemas of its jars by way of
 * {@link Vertx#fileSystem()}. Vert.x would copy each of them into a folder among the temporary
 * files first, and a SIGKILL would leave that there; so this reads them from the jar.
 */
final class ClassPathFiles {
  private ClassPathFiles() {}

  /**
   * The same Vert.x, whose file system has the class path's resources and reads them with {@code
   * readFileBlocking}, and nothing else.
   */
  static Vertx of(Vertx vertx) {
    FileSystem files = proxy(FileSystem.class, (self, method, given) -> read(method, given));
    return proxy(
        Vertx.class,
        (self, method, given) ->
            method.getName().equals("fileSystem") ? files : call(vertx, method, given));
  }

  /** Blocks; fails for what is not there. */
  static Buffer read(String resource) {
    try (InputStream in = ClassPathFiles.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path has no " + resource);
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Buffer read(Method method, Object[] given) {
    if (!method.getName().equals("readFileBlocking")) {
      throw new UnsupportedOperationException(method + ", expected readFileBlocking");
    }
    return read((String) given[0]);
  }

  private static Object call(Vertx vertx, Method method, Object[] given) throws Throwable {
    try {
      return method.invoke(vertx, given);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
