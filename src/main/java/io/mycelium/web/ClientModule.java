package io.mycelium.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
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
 * {@code /client/mycelium.js} and its types: read once, kept with their gzip. Any page may import
 * the module, so it is served to all origins; its name has no version, so it is revalidated by its
 * ETag on each load.
 */
final class ClientModule {
  private static final int ETAG_BYTES = 12;

  private final String contentType;
  private final String etag;
  private final Buffer plain;
  private final Buffer gzip;

  private ClientModule(String file, String contentType) {
    byte[] bytes = read("/client/" + file);
    this.contentType = contentType;
    this.etag = etag(bytes);
    this.plain = Buffer.buffer(bytes);
    this.gzip = Buffer.buffer(gzip(bytes));
  }

  static void mount(Router router) {
    mount(router, "mycelium.js", "text/javascript; charset=utf-8");
    mount(router, "mycelium.d.ts", "application/typescript; charset=utf-8");
  }

  private static void mount(Router router, String file, String contentType) {
    router.get("/client/" + file).handler(new ClientModule(file, contentType)::serve);
  }

  private void serve(RoutingContext ctx) {
    HttpServerResponse response =
        ctx.response()
            .putHeader(HttpHeaders.ETAG, etag)
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
            .putHeader(HttpHeaders.VARY, "Accept-Encoding")
            .putHeader("Access-Control-Allow-Origin", "*");
    if (matches(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304).end();
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
        .putHeader("X-Content-Type-Options", "nosniff");
    if (takesGzip(ctx.request().getHeader(HttpHeaders.ACCEPT_ENCODING))) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(gzip);
    } else {
      response.end(plain);
    }
  }

  /** RFC 9110 section 13.1.2; the ETag is weak, for both encodings have the same. */
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

  private static byte[] read(String resource) {
    try (InputStream in = ClientModule.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path has no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
