package io.mycelium.instance.thread;

/**
 * A histogram of durations in nanoseconds, four buckets to a power of two (quantiles within 19 %),
 * half a KB: small enough for every instance that was ever busy to have one.
 */
public final class DurationHistogram {
  private static final int SUB_BITS = 2;
  private static final int BUCKETS = 64 << SUB_BITS;

  private final int[] counts = new int[BUCKETS / 2];
  private long total;

  public void add(long nanos) {
    int bucket = Math.min(counts.length - 1, bucket(Math.max(1, nanos)));
    counts[bucket]++;
    total++;
  }

  /**
   * Upper bound of the bucket in which the quantile falls, in nanoseconds; 0 if nothing was added.
   */
  public long quantile(double q) {
    long rank = (long) Math.ceil(q * total);
    long seen = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket];
      if (rank > 0 && seen >= rank) {
        return upperBound(bucket);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    int power = 63 - Long.numberOfLeadingZeros(nanos);
    int sub = power < SUB_BITS ? 0 : (int) (nanos >>> (power - SUB_BITS)) & ((1 << SUB_BITS) - 1);
    return (power << SUB_BITS) + sub;
  }

  private static long upperBound(int bucket) {
    int power = bucket >> SUB_BITS;
    int sub = bucket & ((1 << SUB_BITS) - 1);
    return (1L << power) + ((sub + 1L) << power >> SUB_BITS);
  }
}
