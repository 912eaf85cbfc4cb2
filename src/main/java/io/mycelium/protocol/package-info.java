/**
 * The wire format: Phoenix Channels frames (serializers V1 and V2), errors and close codes; the
 * arithmetic of rates.
 *
 * <p>Pure: bytes in, bytes out; no I/O, no Vert.x, no threads. Imports none of Mycelium's packages;
 * writes to Netty's buffers and uses Jackson for JSON trees. Frames come from {@code connection}
 * and go back to it.
 */
package io.mycelium.protocol;
