/**
 * How long something has looked as it does, by the monotonic clock of this process. The wall clock
 * counts only for what an agent before this one has begun, and for at most `MAX_GAP_MS`, since
 * somebody may have set it meanwhile. Pure.
 */
import type { DomainRecord } from './record';
import type { Seen } from './types';

/** What a worker keeps of one UUID between two looks. Times are monotonic. */
export interface Lasting {
  readonly row?: { readonly key: string; readonly sinceMs: number };
  readonly asked?: { readonly atMs: number; readonly sinceMs: number };
}

export interface Moment {
  readonly seen: Seen;
  readonly record: DomainRecord | undefined;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** The time between two shutdown requests to a guest. Earlier waiting is in the record. */
export const MAX_GAP_MS = 15_000;

export function lasting(before: Lasting, moment: Moment): Lasting {
  const row = rowSince(before, moment);
  const asked = askedSince(before, moment);
  return { ...(row && { row }), ...(asked && { asked }) };
}

export const sinceMs = (what: Lasting['row' | 'asked'], monotonicMs: number): number =>
  what === undefined ? 0 : Math.max(0, monotonicMs - what.sinceMs);

function rowSince({ row }: Lasting, { seen, monotonicMs }: Moment): Lasting['row'] {
  // A listing that failed does not say what there is.
  if (seen.kind === 'unknown') return row;
  if (seen.kind === 'created' || seen.rows.length === 0) return undefined;
  const key = seen.rows.map(({ domid, state }) => `${domid} ${state}`).join();
  return row?.key === key ? row : { key, sinceMs: monotonicMs };
}

function askedSince({ asked }: Lasting, { record, wallMs, monotonicMs }: Moment): Lasting['asked'] {
  const atMs = record?.stopping?.askedMs;
  if (atMs === undefined) return undefined;
  if (asked?.atMs === atMs) return asked;
  return { atMs, sinceMs: monotonicMs - Math.min(MAX_GAP_MS, Math.max(0, wallMs - atMs)) };
}
