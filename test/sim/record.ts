/**
 * The record of what ran when, and its judge. Every simulated host appends a line for every change
 * of a domain's state, with CLOCK_MONOTONIC's time, which is the same for all processes of the
 * machine: so the lines of any number of hosts and files make one history, and `overlaps` proves
 * that no UUID was ever executing twice at once.
 */
import { appendFileSync, readFileSync } from 'node:fs';

export interface SimEvent {
  /** Monotonic nanoseconds as decimal text. */
  readonly ns: string;
  readonly host: string;
  /** The host's boot ID: with the domid, the identity of one incarnation. */
  readonly boot: string;
  /** `boot` and `power-loss` are the host's own: every earlier domain of that host has ended. */
  readonly what: 'boot' | 'power-loss' | 'created' | 'running' | 'paused' | 'unpaused' | 'shutdown' | 'dying' | 'gone';
  readonly domid?: number;
  readonly uuid?: string;
  readonly name?: string;
  readonly reason?: string;
}

export interface Overlap {
  readonly uuid: string;
  readonly first: Interval;
  readonly second: Interval;
}

/**
 * The time in which one incarnation may have executed: from its first instruction until it was
 * down, paused times included.
 */
export interface Interval {
  readonly uuid: string;
  readonly host: string;
  readonly domid: number;
  readonly fromNs: bigint;
  /** Undefined while it still runs. */
  readonly toNs: bigint | undefined;
}

/** Appends without buffering, so that a killed simulation has lost nothing of what it did. */
export function fileRecorder(path: string): (event: SimEvent) => void {
  return (event) => appendFileSync(path, `${JSON.stringify(event)}\n`);
}

export function readRecord(...paths: string[]): SimEvent[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => parseLine(line)),
  );
}

/** A line cut short by a power loss is no event. */
function parseLine(line: string): SimEvent[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as SimEvent];
  } catch {
    return [];
  }
}

export function intervals(events: readonly SimEvent[]): Interval[] {
  const open = new Map<string, Interval>();
  const done: Interval[] = [];
  const close = (ended: (key: string, interval: Interval) => boolean, toNs: bigint) => {
    for (const [key, interval] of open) {
      if (!ended(key, interval)) continue;
      done.push({ ...interval, toNs });
      open.delete(key);
    }
  };
  for (const event of [...events].sort(byTime)) {
    const incarnation = `${event.host} ${event.boot} ${event.domid}`;
    const ns = BigInt(event.ns);
    if (hostEnds.has(event.what)) close((_key, interval) => interval.host === event.host, ns);
    if (domainEnds.has(event.what)) close((key) => key === incarnation, ns);
    if (event.what === 'running') open.set(incarnation, { ...domainOf(event), fromNs: ns, toNs: undefined });
  }
  return [...done, ...open.values()].sort((a, b) => (a.fromNs < b.fromNs ? -1 : 1));
}

const hostEnds: ReadonlySet<string> = new Set(['boot', 'power-loss']);
const domainEnds: ReadonlySet<string> = new Set(['shutdown', 'dying', 'gone']);

function domainOf({ uuid = '', domid = -1, host }: SimEvent): { uuid: string; domid: number; host: string } {
  return { uuid, domid, host };
}

function byTime(a: SimEvent, b: SimEvent): number {
  const difference = BigInt(a.ns) - BigInt(b.ns);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * Every pair of incarnations of one UUID that may have executed at the same time. An empty list is
 * the proof.
 */
export function overlaps(events: readonly SimEvent[]): Overlap[] {
  const byUuid = new Map<string, Interval[]>();
  for (const interval of intervals(events)) byUuid.set(interval.uuid, [...(byUuid.get(interval.uuid) ?? []), interval]);
  return [...byUuid].flatMap(([uuid, runs]) =>
    runs.flatMap((second, index) =>
      runs
        .slice(0, index)
        .filter((first) => first.toNs === undefined || first.toNs > second.fromNs)
        .map((first) => ({ uuid, first, second })),
    ),
  );
}
