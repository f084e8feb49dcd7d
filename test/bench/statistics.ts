/** Order statistics. Pure. */

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
