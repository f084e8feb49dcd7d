/** Counts writes in an audit log. Pure. */
import type { AuditEvent } from '../control-plane/types';

export interface WriteCounts {
  /** All writes but Events and Leases, refused ones too. */
  readonly objects: number;
  readonly events: number;
  readonly leases: number;
  /** Of all three: answered with a code from 400 on. */
  readonly refused: number;
  /** `operator patch xenvms/status` → how many. */
  readonly by: Readonly<Record<string, number>>;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/**
 * What operator and agents wrote between two wall-clock times. Everybody else's writes do not
 * count.
 */
export function countWrites(log: readonly AuditEvent[], fromMs: number, toMs: number): WriteCounts {
  const counts = { objects: 0, events: 0, leases: 0, refused: 0 };
  const by: Record<string, number> = {};
  for (const event of log) {
    const writer = writerOf(event.user.username);
    const atMs = Date.parse(event.requestReceivedTimestamp);
    if (writer === undefined || !WRITES.has(event.verb) || atMs < fromMs || atMs >= toMs) continue;
    const { resource = '?', subresource } = event.objectRef ?? {};
    counts[resource === 'events' ? 'events' : resource === 'leases' ? 'leases' : 'objects'] += 1;
    if ((event.responseStatus?.code ?? 0) >= 400) counts.refused += 1;
    const what = `${writer} ${event.verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    by[what] = (by[what] ?? 0) + 1;
  }
  return { ...counts, by };
}

function writerOf(username: string): string | undefined {
  if (username.endsWith(':xen-fleet-operator')) return 'operator';
  return /^system:serviceaccount:xenhost-[^:]+:agent$/.test(username) ? 'agent' : undefined;
}
