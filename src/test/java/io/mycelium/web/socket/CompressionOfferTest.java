package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 section 7.1, with context takeover in neither direction. */
class CompressionOfferTest {
  private static final String BOTH =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static String answer(String... headers) {
    return CompressionOffer.answer(List.of(headers));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=9",
        "permessage-deflate;client_max_window_bits = \"15\"",
        "Permessage-Deflate; Server_No_Context_Takeover ; client_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; mode=fast, permessage-deflate; client_max_window_bits",
      })
  void anOfferIsMetWithoutContextTakeover(String offer) {
    assertThat(answer(offer)).isEqualTo(BOTH);
    assertThat(answer("permessage-snappy", offer)).isEqualTo(BOTH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"=15", "=\"15\"", " = 15"})
  void theWindowThatAllMessagesHaveIsNamedIfItIsAskedFor(String bits) {
    assertThat(answer("permessage-deflate; server_max_window_bits" + bits))
        .isEqualTo(BOTH + "; server_max_window_bits=15");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "permessage-bzip2",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=\"15",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; unknown",
        "permessage-deflate;",
        "permessage-deflate permessage-deflate",
      })
  void whatCannotBeMetIsDeclined(String offer) {
    assertThat(answer(offer)).isNull();
  }

  @Test
  void aHeaderThatIsTooLongForAnOfferIsDeclined() {
    assertThat(answer("permessage-deflate, ".repeat(100))).isNull();
  }

  @Test
  void noHeaderIsNoOffer() {
    assertThat(answer()).isNull();
  }
}
