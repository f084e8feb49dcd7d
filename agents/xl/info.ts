/** What `xl info` says of a host, as facts. Pure. */

export interface XenFacts {
  readonly xenVersion: string;
  /** Hardware threads that are in any cpupool. */
  readonly cpus: number;
  readonly totalMiB: number;
  /** Outstanding claims of memory are already subtracted. */
  readonly freeMiB: number;
  readonly virtCaps: string;
  readonly guestTypes: readonly ('pv' | 'pvh' | 'hvm')[];
  /** Why the memory of Dom0 is not fixed. Such a Dom0 may take memory that was sold. */
  readonly dom0MemoryProblem?: string;
}

/** Undefined if a number that matters is missing: such a host is not understood, but not empty. */
export function parseInfo(text: string): XenFacts | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)\s*:\s?(.*)$/.exec(line);
    if (match) values.set(match[1] ?? '', (match[2] ?? '').trim());
  }
  const numbers = ['nr_cpus', 'total_memory', 'free_memory'].map((key) => values.get(key) ?? '');
  if (!numbers.every((value) => /^\d+$/.test(value))) return undefined;
  const [cpus = 0, totalMiB = 0, freeMiB = 0] = numbers.map(Number);
  const problem = dom0MemoryProblem(values.get('xen_commandline') ?? '');
  const virtCaps = values.get('virt_caps') ?? '';
  return {
    xenVersion: versionOf(values),
    cpus: cpus - Math.min(cpus, wholeNumber(values.get('free_cpus'))),
    totalMiB,
    freeMiB,
    virtCaps,
    guestTypes: guestTypes(virtCaps, values.get('xen_caps') ?? ''),
    ...(problem !== undefined && { dom0MemoryProblem: problem }),
  };
}

const versionOf = (values: ReadonlyMap<string, string>): string =>
  values.get('xen_version') ?? `${values.get('xen_major') ?? '?'}.${values.get('xen_minor') ?? '?'}`;
const wholeNumber = (text = ''): number => (/^\d+$/.test(text) ? Number(text) : 0);

/**
 * Older Xen has `pv` only in xen_caps, not in virt_caps. Xen on ARM runs pvh guests only, whatever
 * it calls them.
 */
function guestTypes(virtCaps: string, xenCaps: string): XenFacts['guestTypes'] {
  const tokens = virtCaps.split(/\s+/);
  const hvm = tokens.includes('hvm');
  if (/\bxen-\d[\d.]*-(aarch64|armv)/.test(xenCaps)) return hvm ? ['pvh'] : [];
  const pv = tokens.includes('pv') || (!tokens.includes('gnttab-v1') && /\bxen-\d/.test(xenCaps));
  return [...(pv ? (['pv'] as const) : []), ...(hvm ? (['pvh', 'hvm'] as const) : [])];
}

/** Bytes by the letter after a size. Xen reads a size without one as KiB. */
const UNITS: Readonly<Record<string, number>> = { b: 1, '': 1 << 10, k: 1 << 10, m: 1 << 20, g: 2 ** 30, t: 2 ** 40 };

interface Dom0Memory {
  readonly plain?: string;
  readonly min?: string;
  readonly max?: string;
}

/**
 * Why the memory of Dom0 is not fixed. Undefined if it is: by a plain size (`dom0_mem=4G`,
 * `dom0_mem=768M,max:768M`, `dom0_mem=10%`), or by a maximum, which is then what Dom0 gets. With a
 * smaller minimum it is a range: `min:1G,max:4G`.
 */
export function dom0MemoryProblem(commandLine: string): string | undefined {
  const { plain, min, max } = dom0Memory(commandLine);
  if (plain !== undefined && /^\d+(\.\d+)?[bkmgt%]?(\+|$)/i.test(plain)) return undefined;
  if (max === undefined) return 'dom0_mem on the command line of Xen names neither a size nor a maximum';
  if (min === undefined || min === max || bytesOf(min) >= bytesOf(max)) return undefined;
  return `dom0_mem on the command line of Xen is a range, from ${min} to ${max}`;
}

/** Xen reads every option of this name. Each sets only what it names, and the last value counts. */
function dom0Memory(commandLine: string): Dom0Memory {
  const options = commandLine.split(/\s+/).filter((word) => word.startsWith('dom0_mem='));
  const parts = options.flatMap((option) => option.slice('dom0_mem='.length).split(',')).filter((part) => part !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [, key = 'plain', size = ''] = /^(?:(min|max):)?(.*)$/.exec(part) ?? [];
      return [key, size];
    }),
  );
}

/** NaN for a percentage of the memory, which is not compared. */
function bytesOf(size: string): number {
  const [, digits, unit = ''] = /^(\d+)([bkmgt]?)$/i.exec(size) ?? [];
  return digits === undefined ? NaN : Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN);
}

/**
 * CPUs of the pool that guests are made in. That is the pool of Dom0, and comes first in `xl
 * cpupool-list`. CPUs of other pools are not sold. Undefined if the text is no such list.
 */
export function parseCpuPools(text: string): number | undefined {
  const [head = '', first = ''] = text.split('\n');
  const [, cpus] = /^.+?\s+(\d+)\s+\S+\s+[yn]\s+\d+\s*$/.exec(first) ?? [];
  return /^Name\s+CPUs\s/.test(head) && cpus !== undefined ? Number(cpus) : undefined;
}

/**
 * Whether /etc/xen/xl.conf lets `xl create` take memory from Dom0. The default, auto, does not if
 * dom0_mem is given.
 */
export function autoballoons(text: string): boolean {
  const values = [...text.matchAll(/^\s*autoballoon\s*=\s*(["']?)(\w+)\1/gm)].map(([, , value]) => value);
  return ['on', '1'].includes(values.at(-1) ?? 'auto');
}
