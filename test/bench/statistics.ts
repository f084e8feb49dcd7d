/** Order statistics and chance from a seed. Pure. */

/** Nearest rank; undefined for no values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export interface Spread {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function spread(durationsMs: readonly number[]): Spread {
  return { p50Ms: quantile(durationsMs, 0.5) ?? NaN, p99Ms: quantile(durationsMs, 0.99) ?? NaN };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
