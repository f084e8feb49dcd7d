/** What /proc says of processes: memory, and processor time with that of their ended children. */
import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

export interface Memory {
  /** All that is resident. */
  readonly rssMiB: number;
  /** Of it the process's own; the rest is the Node executable's pages, which processes share. */
  readonly ownMiB: number;
}

export function memoryOf(pid: number | undefined): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { rssMiB: field('VmRSS'), ownMiB: field('RssAnon') };
}

export function cpuMs(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in brackets, may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks * TICK_MS;
}
