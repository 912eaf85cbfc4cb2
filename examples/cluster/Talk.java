import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client on each node of examples/cluster/run, all in one room: {@code java
 * examples/cluster/Talk.java [COUNT [PORT…]]}. Once a second one of them says something, in turn,
 * and it is printed when each of them heard it. With a COUNT it ends after so many.
 */
public final class Talk {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern SAID = Pattern.compile("\"n\":(\\d+)");

  /** What was said, and who has heard it after how many milliseconds. */
  private record Word(long at, Map<Integer, Long> heard, CountDownLatch open) {}

  private static final Map<Integer, Word> WORDS = new ConcurrentHashMap<>();

  /** A socket that has joined; Phoenix's frames are {@code [join_ref, ref, topic, event, payload]}. */
  private static final class Client implements WebSocket.Listener {
    final int port;
    final CountDownLatch joined = new CountDownLatch(1);
    private final StringBuilder text = new StringBuilder();
    private volatile boolean open = true;
    private final WebSocket socket;

    Client(int port) {
      this.port = port;
      URI uri = URI.create("ws://localhost:" + port + "/socket/talk/websocket?vsn=2.0.0");
      socket = HTTP.newWebSocketBuilder().buildAsync(uri, this).join();
      socket.sendText("[\"1\",\"join\",\"lobby\",\"phx_join\",{}]", true);
    }

    void say(int n) {
      String frame = "[\"1\",\"%d\",\"lobby\",\"push\",{\"n\":%d}]".formatted(n, n);
      socket.sendText(frame, true);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        read(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void read(String frame) {
      if (frame.contains("\"join\"") && frame.contains("\"ok\"")) {
        joined.countDown();
      } else if (frame.contains("\"msg\"")) {
        Matcher said = SAID.matcher(frame);
        while (said.find()) {
          Word word = WORDS.get(Integer.parseInt(said.group(1)));
          if (word != null && word.heard.putIfAbsent(port, ms(word.at)) == null) {
            word.open.countDown();
          }
        }
      }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      return gone();
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      gone();
    }

    private CompletionStage<?> gone() {
      if (open) {
        open = false;
        System.out.println(port + " is gone");
      }
      return null;
    }
  }

  private static long ms(long since) {
    return (System.nanoTime() - since) / 1_000_000;
  }

  public static void main(String[] args) throws Exception {
    int count = args.length == 0 ? Integer.MAX_VALUE : Integer.parseInt(args[0]);
    List<Integer> ports = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      ports.add(Integer.parseInt(args[i]));
    }
    if (ports.isEmpty()) {
      ports.addAll(List.of(4000, 4010, 4020));
    }
    create(ports.get(0));
    List<Client> clients = new ArrayList<>(ports.stream().map(Client::new).toList());
    for (Client client : clients) {
      client.joined.await();
    }
    for (int n = 1; n <= count && !clients.isEmpty(); n++) {
      talk(clients, n);
      clients.removeIf(client -> !client.open);
      TimeUnit.SECONDS.sleep(n < count ? 1 : 0);
    }
    System.exit(0);
  }

  /** It may be there from the last time. */
  private static void create(int port) throws Exception {
    URI uri = URI.create("http://localhost:" + port + "/api/v1/instances");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"id\": \"talk\", \"type\": \"accumulative\"}"))
            .build();
    int status = HTTP.send(request, BodyHandlers.ofString()).statusCode();
    if (status != 201 && status != 409) {
      throw new IllegalStateException("POST " + uri + " was answered " + status);
    }
  }

  private static void talk(List<Client> clients, int n) throws InterruptedException {
    Client speaker = clients.get(n % clients.size());
    Word word = new Word(System.nanoTime(), new ConcurrentHashMap<>(), new CountDownLatch(clients.size()));
    WORDS.put(n, word);
    speaker.say(n);
    word.open.await(5, TimeUnit.SECONDS);
    WORDS.remove(n);
    StringBuilder line = new StringBuilder(n + ": said on " + speaker.port + ", heard");
    for (Client client : clients) {
      Long after = word.heard.get(client.port);
      line.append(" on ").append(client.port);
      line.append(after == null ? " never," : " after " + after + " ms,");
    }
    System.out.println(line.deleteCharAt(line.length() - 1));
  }
}
