/**
 * The wire format: Phoenix Channels frames (serializers V1 and V2), errors and close codes.
 *
 * <p>Pure: bytes in, bytes out; no I/O, no Vert.x, no thread. Imports none of Mycelium's packages;
 * uses Netty's buffers as the place to write to and Jackson for JSON trees. Frames come from {@code
 * connection} and go back to it.
 */
package io.mycelium.protocol;
