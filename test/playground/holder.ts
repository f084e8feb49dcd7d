/**
 * Who holds the playground of a folder: one process at a time. Its start time tells it from a later
 * process that was given the same pid.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../control-plane/leash';
import type { Place } from './place';

export interface Holder {
  readonly pid: number;
  /** Of the process, in clock ticks since the machine started. */
  readonly startTicks: string;
  readonly command: 'up' | 'demo';
  readonly hosts: number;
  readonly xen: 'sim' | 'real';
}

export function holderOf(place: Place): Holder | undefined {
  const holder = readHolder(place.keeperPid);
  return holder !== undefined && isRunning(holder.pid) && startTicksOf(holder.pid) === holder.startTicks
    ? holder
    : undefined;
}

/**
 * Makes this process the holder, or says who is. The pid alone is on the first line, for people.
 */
export function takeHold(place: Place, what: Omit<Holder, 'pid' | 'startTicks'>): Holder | undefined {
  const text = `${process.pid}\n${JSON.stringify({ ...what, startTicks: startTicksOf(process.pid) })}\n`;
  for (;;) {
    try {
      writeFileSync(place.keeperPid, text, { flag: 'wx' });
      return undefined;
    } catch {
      const other = holderOf(place);
      if (other) return other;
      rmSync(place.keeperPid, { force: true }); // of one that was killed
    }
  }
}

export function letGo(place: Place): void {
  if (readHolder(place.keeperPid)?.pid === process.pid) rmSync(place.keeperPid, { force: true });
}

/** SIGTERM, then SIGKILL; resolves when the holder is gone (its leashes end the rest). */
export async function endHolder({ pid }: Holder, graceMs = 30_000): Promise<void> {
  signal(pid, 'SIGTERM');
  for (const startedMs = performance.now(); isRunning(pid); await sleep(50)) {
    if (performance.now() - startedMs > graceMs) signal(pid, 'SIGKILL');
  }
}

const PROGRAMS: ReadonlySet<string> = new Set(['node', 'etcd', 'kube-apiserver', 'kube-controller-manager']);

/**
 * Processes of this folder's playground that nobody holds, e.g. since somebody removed the folder
 * under a running one.
 */
export async function endLeftovers(place: Place, patienceMs = 4000): Promise<number> {
  let killed = 0;
  for (const startedMs = performance.now(); ; await sleep(100)) {
    const left = leftovers(place);
    if (left.length === 0) return killed;
    if (performance.now() - startedMs < patienceMs) continue;
    for (const pid of left) signal(pid, 'SIGKILL');
    killed = left.length;
  }
}

function leftovers(place: Place): number[] {
  const ours = [`${place.programs}/`, `${place.controlPlane}/`, `${place.hosts}/hosts.json`];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && isRunning(pid))
    .filter((pid) => {
      const [command = '', ...args] = read(`/proc/${pid}/cmdline`).split('\0');
      return (
        PROGRAMS.has(basename(command)) &&
        args.some((arg) => arg === place.dir || ours.some((path) => arg.includes(path)))
      );
    });
}

function readHolder(path: string): Holder | undefined {
  const [pid = '', rest = ''] = read(path).split('\n');
  try {
    return { ...(JSON.parse(rest) as Omit<Holder, 'pid'>), pid: Number(pid) };
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat, counted behind the command's name, which may hold anything. */
function startTicksOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
