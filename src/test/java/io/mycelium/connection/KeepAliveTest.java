package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.limits.IntakeLimits;
import io.mycelium.limits.LimitsConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers whose time comes in the same second, as after a storm of connects. */
class KeepAliveTest {
  private static final int INTERVAL = 3;
  private static final SocketLimits LIMITS =
      new SocketLimits(1024, INTERVAL, 2, IntakeLimits.of(LimitsConfig.DEFAULT, 0, 0));

  private final KeepAlive wheel = new KeepAlive();
  private final List<Peer> checked = new ArrayList<>();
  private final List<Peer> dropped = new ArrayList<>();

  /** One that is silent from its first check on if that is wanted. */
  private final class Peer extends Liveness {
    private final boolean silent;

    Peer(boolean silent) {
      super(null, LIMITS);
      this.silent = silent;
    }

    @Override
    int checkAlive(int now) {
      checked.add(this);
      return INTERVAL;
    }

    @Override
    boolean isSilent(int now) {
      return silent;
    }

    /** As a hub does with a connection that closes. */
    @Override
    void drop() {
      dropped.add(this);
      wheel.remove(this);
    }
  }

  private List<Peer> add(int count) {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Peer peer = new Peer(i % 10 == 9);
      peers.add(peer);
      wheel.add(peer);
    }
    return peers;
  }

  /** The seconds until the next peers are due; returns in how many parts they are looked at. */
  private int advanceToDue() {
    for (int i = 1; i < INTERVAL; i++) {
      assertThat(wheel.advance()).as("parts in second %d", i).isZero();
    }
    return wheel.advance();
  }

  @Test
  void theyAreLookedAtInPartsEachOnceAndAgainAfterTheInterval() {
    List<Peer> peers = add(1000);
    int parts = advanceToDue();
    assertThat(parts).isEqualTo((1000 + KeepAlive.PART - 1) / KeepAlive.PART);
    for (int i = 0; i < parts; i++) {
      int before = checked.size();
      wheel.checkPart();
      assertThat(checked.size() - before).isBetween(1, KeepAlive.PART);
    }
    assertThat(checked).containsExactlyInAnyOrderElementsOf(peers);
    assertThat(dropped).hasSize(100).allMatch(peer -> peer.silent);
    wheel.checkPart();
    assertThat(checked).as("nobody twice").hasSize(1000);
    checked.clear();
    for (int part = advanceToDue(); part > 0; part--) {
      wheel.checkPart();
    }
    assertThat(checked).hasSize(900).doesNotContainAnyElementsOf(dropped);
  }

  @Test
  void oneThatLeavesBetweenTwoPartsIsNotLookedAt() {
    List<Peer> peers = add(100);
    advanceToDue();
    wheel.checkPart();
    List<Peer> leaving = peers.stream().filter(peer -> !checked.contains(peer)).limit(40).toList();
    leaving.forEach(wheel::remove);
    for (int i = 0; i < 3; i++) {
      wheel.checkPart();
    }
    assertThat(checked).hasSize(60).doesNotContainAnyElementsOf(leaving);
  }

  /** A second that was too short for all of them leaves the rest to the next one. */
  @Test
  void whatWasNotDoneInASecondIsDoneInTheNext() {
    add(100);
    advanceToDue();
    wheel.checkPart();
    assertThat(wheel.advance()).isEqualTo((100 - 1) / KeepAlive.PART);
    for (int i = 0; i < 3; i++) {
      wheel.checkPart();
    }
    assertThat(checked).hasSize(100);
  }
}
