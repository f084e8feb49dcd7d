/** Why a VM is pending: every filter is asked for every host, and nothing is cut short. */
import { FILTERS } from './filters';
import type { Filter } from './filters/filter';
import type { Vm } from './state/demand';
import type { World } from './state/world';
import type { Explanation, FilterName, FilterReport, Refusal, Shortfall, Unabsorbed } from './types';

interface Tally {
  hosts: number;
  unresolvable: number;
  readonly reasons: Map<string, number>;
  nearest: { host: string; shortfall: Shortfall } | undefined;
}

const LABELS: Readonly<Record<FilterName, string>> = {
  HostReady: 'not ready',
  HostCordoned: 'cordoned',
  Taints: 'taints',
  HostSelector: 'host selector',
  Pool: 'pool',
  GuestType: 'guest type',
  Network: 'network',
  DiskLocality: 'disk on another host',
  Memory: 'memory',
  VCPU: 'vCPUs',
  HVMGuests: 'HVM guests',
  Storage: 'storage',
  Affinity: 'affinity',
  AntiAffinity: 'anti-affinity',
  TopologySpread: 'topology spread',
  HostFailures: 'host failures to tolerate',
};

const NAMED = 3;

function tallyOf(tallies: Map<FilterName, Tally>, name: FilterName): Tally {
  const known = tallies.get(name);
  if (known) return known;
  const made: Tally = { hosts: 0, unresolvable: 0, reasons: new Map(), nearest: undefined };
  tallies.set(name, made);
  return made;
}

/** Tenants are strangers: to a reader (a namespace) the VMs of others are counted, not named. */
function lossText({ lost, left, unjudged }: Unabsorbed, reader?: string): string {
  if (unjudged !== undefined) return unjudged;
  const known = left.filter((name) => reader === undefined || name.startsWith(`${reader}.`));
  const others = left.length - Math.min(known.length, NAMED);
  const whose = others === 1 ? 'VM' : 'VMs';
  const rest = reader === undefined ? `${others} more` : `${others} ${known.length > 0 ? 'other ' : ''}${whose}`;
  const names = known.slice(0, NAMED).join(', ');
  const who = [...(names === '' ? [] : [names]), ...(others > 0 ? [rest] : [])].join(' and ');
  return `the loss of ${lost.join(' and ')} could not be absorbed: ${who} would be left`;
}

function note(tally: Tally, host: string, refusal: Refusal): void {
  tally.hosts++;
  if (refusal.kind === 'unresolvable') tally.unresolvable++;
  tally.reasons.set(refusal.reason, (tally.reasons.get(refusal.reason) ?? 0) + 1);
  const { shortfall } = refusal;
  if (!shortfall || (tally.nearest && tally.nearest.shortfall.amount <= shortfall.amount)) return;
  tally.nearest = { host, shortfall };
}

function report(filter: FilterName, tally: Tally): FilterReport {
  const [first] = [...tally.reasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const { hosts, unresolvable, nearest } = tally;
  return { filter, hosts, unresolvable, reason: first?.[0] ?? '', ...(nearest && { nearest }) };
}

export interface ExplainOptions {
  readonly filters?: readonly Filter[];
  /** The hosts that are asked about; all of them, in the order of names, if absent. */
  readonly slots?: readonly number[];
  /** The rule of failures to tolerate; asked of hosts that every filter allows. */
  readonly tolerates?: (slot: number) => Unabsorbed | undefined;
}

/** Hosts are visited in the order of names, so that among equals the first is the nearest. */
export function explain(world: World, vm: Vm, options: ExplainOptions = {}): Explanation {
  const { filters = FILTERS, slots = world.hosts.slots(), tolerates = () => undefined } = options;
  const tallies = new Map<FilterName, Tally>();
  const onlyRefusedBy: Partial<Record<FilterName, string[]>> = {};
  let fitting = 0;
  let unabsorbed: Unabsorbed | undefined;
  for (const slot of slots) {
    const host = world.hosts.spec(slot).name;
    const refusing = filters.filter((filter) => !filter.fits(world, vm, slot));
    const loss = refusing.length === 0 ? tolerates(slot) : undefined;
    if (loss) {
      unabsorbed ??= loss;
      note(tallyOf(tallies, 'HostFailures'), host, { kind: 'unschedulable', reason: lossText(loss) });
      noteOnly(onlyRefusedBy, 'HostFailures', host);
    } else if (refusing.length === 0) fitting++;
    for (const filter of refusing) {
      note(tallyOf(tallies, filter.name), host, filter.refusal(world, vm, slot));
    }
    const [only] = refusing;
    if (only && refusing.length === 1) noteOnly(onlyRefusedBy, only.name, host);
  }
  const reports = inOrder(filters, tallies);
  return { hosts: slots.length, fitting, filters: reports, onlyRefusedBy, ...(unabsorbed && { unabsorbed }) };
}

function noteOnly(hosts: Partial<Record<FilterName, string[]>>, filter: FilterName, host: string): void {
  (hosts[filter] ??= []).push(host);
}

function inOrder(filters: readonly Filter[], tallies: ReadonlyMap<FilterName, Tally>): FilterReport[] {
  const names: FilterName[] = [...filters.map(({ name }) => name), 'HostFailures'];
  return names.flatMap((name) => {
    const tally = tallies.get(name);
    return tally ? [report(name, tally)] : [];
  });
}

/** How many are there, and the limit that the VM would pass. */
export function ofAtMost(missing: number, limit: number): string {
  return `${limit + missing - 1} of at most ${limit}`;
}

function detail({ nearest, reason }: FilterReport): string {
  if (!nearest) return reason === '' ? '' : ` (${reason})`;
  const { host, shortfall } = nearest;
  if (shortfall.limit !== undefined)
    return ` (${reason}; ${host} nearest, ${ofAtMost(shortfall.amount, shortfall.limit)})`;
  if (shortfall.unit === 'VM') return ` (${reason}; ${host} nearest, ${shortfall.amount} ${shortfall.resource})`;
  return ` (${host} nearest, ${shortfall.amount} ${shortfall.unit} short)`;
}

/**
 * For humans: `0 of 3 hosts fit: memory 3 (h2 nearest, 4656 MiB short); taints 1 (gpu:NoSchedule)`.
 * With a reader, a namespace, for its tenant: no name of a stranger's VM is told.
 */
export function message(explanation: Explanation, reader?: string): string {
  const { hosts, fitting, filters, unabsorbed } = explanation;
  if (hosts === 0) return 'there are no hosts';
  const parts = filters.map((entry) => {
    const isLoss = entry.filter === 'HostFailures' && unabsorbed !== undefined;
    const shown = isLoss ? { ...entry, reason: lossText(unabsorbed, reader) } : entry;
    return `${LABELS[entry.filter]} ${entry.hosts}${detail(shown)}`;
  });
  return `${fitting} of ${hosts} hosts fit${parts.length > 0 ? `: ${parts.join('; ')}` : ''}`;
}
