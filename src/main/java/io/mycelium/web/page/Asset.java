package io.mycelium.web.page;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.MimeMapping;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the class path as it is served: read once, kept with its gzip form. File names have no
 * version, so each load revalidates with the ETag, and browsers see an upgrade of the server at
 * once.
 *
 * @param gzip null if it would not be smaller
 * @param etag weak, because both encodings share it
 */
public record Asset(String type, String etag, Buffer plain, Buffer gzip) {
  private static final int ETAG_BYTES = 12;

  /** Blocks. Null if the class path has no such file. */
  static Asset read(String resource) {
    try (InputStream in = Asset.class.getClassLoader().getResourceAsStream(resource)) {
      return in == null ? null : of(resource, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Asset of(String name, byte[] bytes) {
    byte[] small = gzip(bytes);
    return new Asset(
        type(name.substring(name.lastIndexOf('.') + 1)),
        etag(bytes),
        Buffer.buffer(bytes),
        small.length < bytes.length ? Buffer.buffer(small) : null);
  }

  private static String type(String extension) {
    String type =
        switch (extension) {
          case "js" -> "text/javascript";
          case "ts" -> "application/typescript";
          default -> MimeMapping.mimeTypeForExtension(extension);
        };
    if (type == null) {
      return "application/octet-stream";
    }
    return type.startsWith("image/") ? type : type + "; charset=utf-8";
  }

  /** Answers a GET or a HEAD. */
  void serve(RoutingContext ctx) {
    HttpServerResponse response =
        ctx.response()
            .putHeader(HttpHeaders.ETAG, etag)
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    // Others may have said what else it depends on.
    response.headers().add(HttpHeaders.VARY, "Accept-Encoding");
    if (matches(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304).end();
      return;
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    if (gzip != null && takesGzip(ctx.request().getHeader(HttpHeaders.ACCEPT_ENCODING))) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
      end(ctx, gzip);
    } else {
      end(ctx, plain);
    }
  }

  /** Vert.x omits the body of a response to HEAD over HTTP/1.1 but not over HTTP/2. */
  public static void end(RoutingContext ctx, Buffer body) {
    if (ctx.request().method() == HttpMethod.HEAD) {
      ctx.response().end();
    } else {
      ctx.response().end(body);
    }
  }

  /** RFC 9110 section 13.1.2. */
  private boolean matches(String ifNoneMatch) {
    return ifNoneMatch != null
        && Arrays.stream(ifNoneMatch.split(","))
            .map(tag -> tag.strip().replaceFirst("^W/", ""))
            .anyMatch(tag -> tag.equals("*") || etag.equals("W/" + tag));
  }

  private static boolean takesGzip(String acceptEncoding) {
    return acceptEncoding != null
        && Arrays.stream(acceptEncoding.toLowerCase(Locale.ROOT).replace(" ", "").split(","))
            .anyMatch(
                coding -> coding.equals("gzip") || coding.matches("gzip;q=(1|0\\.\\d*[1-9]).*"));
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String etag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "W/\"" + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
