package io.mycelium.web.socket;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.Optional;

/**
 * A range of IP addresses: {@code 10.0.0.0/8}, {@code fd00::/8}, or one address.
 *
 * @param address of 4 or 16 bytes
 * @param bits length of the prefix
 */
public record Network(byte[] address, int bits) {
  private static final int IPV4 = 4;
  private static final int MAPPED = 12;
  private static final int IPV6_BITS = 64;

  /** Empty if the text is not a network. */
  public static Optional<Network> parse(String text) {
    String[] parts = text.split("/", 2);
    byte[] address = address(parts[0]);
    if (address == null) {
      return Optional.empty();
    }
    int most = 8 * address.length;
    int bits =
        parts.length == 1 ? most : parts[1].matches("\\d{1,3}") ? Integer.parseInt(parts[1]) : -1;
    return bits < 0 || bits > most ? Optional.empty() : Optional.of(new Network(address, bits));
  }

  /**
   * The bytes of an address: 4 also for an IPv4 address in IPv6 notation. Null if the text is not
   * an address; names are not looked up.
   */
  static byte[] address(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null || bytes.length == IPV4) {
      return bytes;
    }
    for (int i = 0; i < MAPPED; i++) {
      if (bytes[i] != (i < 10 ? 0 : (byte) 0xff)) {
        return bytes;
      }
    }
    return Arrays.copyOfRange(bytes, MAPPED, bytes.length);
  }

  boolean contains(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += 8) {
      int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit));
      if (((other[bit / 8] ^ address[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The form in which an address is counted: an IPv4 address itself, or the /64 of an IPv6 address,
   * since every IPv6 customer has at least a /64.
   */
  static String counted(byte[] address) {
    if (address.length == IPV4) {
      return NetUtil.bytesToIpAddress(address);
    }
    byte[] network = Arrays.copyOf(Arrays.copyOf(address, IPV6_BITS / 8), address.length);
    return NetUtil.bytesToIpAddress(network) + "/" + IPV6_BITS;
  }
}
