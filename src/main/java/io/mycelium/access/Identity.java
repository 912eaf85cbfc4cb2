package io.mycelium.access;

/**
 * Who asks.
 *
 * @param userId id that the user's messages and presence carry; never null
 */
public record Identity(String userId) {}
