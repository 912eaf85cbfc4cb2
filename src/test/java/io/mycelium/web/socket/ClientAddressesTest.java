package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom {@code X-Forwarded-For} is believed from. */
class ClientAddressesTest {
  private final ClientAddresses behindProxies =
      new ClientAddresses(List.of("10.0.0.0/8", "192.0.2.7", "fd00::/8"));

  @Test
  void withoutTrustedProxiesTheHeaderIsNobodys() {
    assertThat(new ClientAddresses(List.of()).of("203.0.113.5", List.of("198.51.100.1")))
        .isEqualTo("203.0.113.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.5 | 198.51.100.1 | 203.0.113.5",
        "10.1.2.3 | 198.51.100.1 | 198.51.100.1",
        "10.1.2.3 | 6.6.6.6, 198.51.100.1 | 198.51.100.1",
        "10.1.2.3 | 6.6.6.6, 198.51.100.1 , 10.9.9.9 | 198.51.100.1",
        "10.1.2.3 | 10.4.4.4, 10.5.5.5 | 10.4.4.4",
        "10.1.2.3 | 198.51.100.1:4711 | 198.51.100.1",
        "10.1.2.3 | [2001:db8:1:2:3::4]:4711 | 2001:db8:1:2::/64",
        "10.1.2.3 | 6.6.6.6, garbage | 10.1.2.3",
        "10.1.2.3 | 6.6.6.6, localhost | 10.1.2.3",
        "10.1.2.3 | 6.6.6.6, | 10.1.2.3",
        "192.0.2.8 | 198.51.100.1 | 192.0.2.8",
        "fd12::1 | 198.51.100.1 | 198.51.100.1",
        "::ffff:10.1.2.3 | 198.51.100.1 | 198.51.100.1",
      })
  void fromRightToLeftUpToTheFirstThatIsNoProxy(String peer, String header, String client) {
    assertThat(behindProxies.of(peer, List.of(header))).isEqualTo(client);
  }

  @Test
  void severalHeadersAreOneList() {
    assertThat(behindProxies.of("10.1.2.3", List.of("6.6.6.6", "198.51.100.1,10.0.0.1")))
        .isEqualTo("198.51.100.1");
  }

  @Test
  void anIpv6AddressCountsAsItsNetworkOf64Bits() {
    assertThat(behindProxies.of("2001:db8:1:2:aaaa::1", List.of()))
        .isEqualTo(behindProxies.of("2001:db8:1:2:bbbb::2", List.of()))
        .isNotEqualTo(behindProxies.of("2001:db8:1:3::1", List.of()));
  }

  @Test
  void aListWithoutEndIsNotReadToItsEnd() {
    String endless = "198.51.100.1" + ",10.0.0.1".repeat(10_000);
    assertThat(behindProxies.of("10.1.2.3", List.of(endless))).isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "proxy.example.com",
        "::/129",
        "10.0.0.0/",
        "10.0.0.0/-1"
      })
  void whatIsNoNetworkIsRefused(String text) {
    assertThat(Network.parse(text)).isEmpty();
  }
}
