/** Growing delays with jitter, so that many clients do not come back all at once. */
import type { Random } from '../ports';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly random: Random;
}

/**
 * The delay after `failures` failures in a row (1 = the first): doubled each time up to `maxMs`, of
 * which the upper half is chance.
 */
export function backoffMs(failures: number, { baseMs, maxMs, random }: BackoffOptions): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 40));
  return full * (0.5 + 0.5 * random.next());
}
