/** What `xl info` says of a host, as facts. Pure. */

export interface XenFacts {
  readonly xenVersion: string;
  /** Hardware threads. */
  readonly cpus: number;
  readonly totalMiB: number;
  /** Outstanding claims are taken off already. */
  readonly freeMiB: number;
  readonly virtCaps: string;
  readonly guestTypes: readonly ('pv' | 'pvh' | 'hvm')[];
  /** Without it a Dom0 may take memory that was sold. */
  readonly dom0MemoryFixed: boolean;
}

/** Undefined where a number that matters is missing: such a host is not understood, not empty. */
export function parseInfo(text: string): XenFacts | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)\s*:\s?(.*)$/.exec(line);
    if (match) values.set(match[1] ?? '', (match[2] ?? '').trim());
  }
  const numbers = ['nr_cpus', 'total_memory', 'free_memory'].map((key) => values.get(key) ?? '');
  if (!numbers.every((value) => /^\d+$/.test(value))) return undefined;
  const [cpus = 0, totalMiB = 0, freeMiB = 0] = numbers.map(Number);
  const virtCaps = values.get('virt_caps') ?? '';
  return {
    xenVersion: values.get('xen_version') ?? `${values.get('xen_major') ?? '?'}.${values.get('xen_minor') ?? '?'}`,
    cpus,
    totalMiB,
    freeMiB,
    virtCaps,
    guestTypes: guestTypes(virtCaps, values.get('xen_caps') ?? ''),
    dom0MemoryFixed: dom0MemoryFixed(values.get('xen_commandline') ?? ''),
  };
}

/** Older Xen leaves `pv` out of virt_caps and says it in xen_caps only. */
function guestTypes(virtCaps: string, xenCaps: string): XenFacts['guestTypes'] {
  const tokens = virtCaps.split(/\s+/);
  const pv = tokens.includes('pv') || (!tokens.includes('gnttab-v1') && /\bxen-\d/.test(xenCaps));
  return [...(pv ? (['pv'] as const) : []), ...(tokens.includes('hvm') ? (['pvh', 'hvm'] as const) : [])];
}

/**
 * Fixed by a plain size (`dom0_mem=4G`, `dom0_mem=768M,max:768M`, `dom0_mem=10%`) or by a maximum, which is then what Dom0 gets unless a
 * smaller minimum is given (`min:1G,max:4G` is a range). Xen takes the last option of a name.
 */
export function dom0MemoryFixed(commandLine: string): boolean {
  const option = commandLine.split(/\s+/).findLast((word) => word.startsWith('dom0_mem='));
  if (option === undefined) return false;
  const parts = option
    .slice('dom0_mem='.length)
    .split(',')
    .filter((part) => part !== '');
  const plain = parts.some((part) => /^\d+(\.\d+)?[bkmgt%]?(\+|$)/i.test(part));
  const max = parts.find((part) => part.startsWith('max:'))?.slice(4);
  const min = parts.find((part) => part.startsWith('min:'))?.slice(4);
  return plain || (max !== undefined && (min === undefined || min === max));
}
