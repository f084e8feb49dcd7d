/**
 * What rules cost: placements per second with each kind of rule, against none; and how all of it
 * grows with the fleet.
 */
import type { Cell } from '../../../cli/table';
import { toSnapshot } from '../../../cli/fleet';
import { HOSTNAME_KEY, Scheduler } from '../../../scheduler';
import type { Snapshot, VmSpec } from '../../../scheduler';
import { generate } from '../generate';
import { print } from './section';

type Rules = (index: number) => Partial<VmSpec>;

const GROUPS = 1000;
const web = (index: number): { matchLabels: Record<string, string> } => ({
  matchLabels: { app: `app-${index % GROUPS}` },
});
const KINDS: Readonly<Record<string, Rules>> = {
  none: () => ({}),
  'anti-affinity': (index) => ({
    labels: web(index).matchLabels,
    antiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: web(index), topologyKey: HOSTNAME_KEY }],
    },
  }),
  'spread over hosts': (index) => ({
    labels: web(index).matchLabels,
    topologySpread: [{ maxSkew: 1, topologyKey: HOSTNAME_KEY, labelSelector: web(index) }],
  }),
  'spread over racks': (index) => ({
    labels: web(index).matchLabels,
    topologySpread: [{ maxSkew: 1, topologyKey: 'rack', labelSelector: web(index) }],
  }),
  'hosts chosen, taints tolerated': () => ({
    hostSelector: { matchExpressions: [{ key: 'rack', operator: 'Exists' }] },
    tolerations: [{ key: 'maintenance', operator: 'Exists' }],
  }),
  'preferred apart': (index) => ({
    labels: web(index).matchLabels,
    antiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 50, podAffinityTerm: { labelSelector: web(index), topologyKey: HOSTNAME_KEY } },
      ],
    },
  }),
  'affinity to a rack': (index) => ({
    labels: web(index).matchLabels,
    affinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: web(index), topologyKey: 'rack' }] },
  }),
};
/**
 * Part of the unconstrained rate that anti-affinity and spread must keep (the goal is 0.5), and
 * placements per second at the least.
 */
const SHARE_FLOOR = 0.4;
const SHARED = ['anti-affinity', 'spread over hosts', 'spread over racks', 'hosts chosen, taints tolerated'];
const RATE_FLOOR = 5000;
const SCALES = [
  { nodes: 10, vms: 100, pending: 100 },
  { nodes: 100, vms: 2000, pending: 1000 },
  { nodes: 1000, vms: 20000, pending: 5000 },
];

interface Timing {
  readonly perSecond: number;
  readonly bytesPerVm: number;
  readonly placed: number;
}

/** CPU time of the process, in seconds: user and system. */
function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function measure(snapshot: Snapshot): Timing {
  const before = process.memoryUsage().heapUsed;
  const scheduler = new Scheduler(snapshot);
  const bytesPerVm = Math.max(0, process.memoryUsage().heapUsed - before) / snapshot.vms.length;
  const pending = snapshot.vms.filter(({ host }) => host === undefined);
  const start = cpuS();
  let placed = 0;
  for (const spec of pending) {
    const host = scheduler.find(spec);
    if (host === undefined) continue;
    scheduler.assume(spec, host);
    placed++;
  }
  return { perSecond: pending.length / (cpuS() - start), bytesPerVm, placed };
}

/** The best of three, for a quiet moment of the machine. */
function best(make: () => Snapshot): Timing {
  return [1, 2, 3].map(() => measure(make())).reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
}

/** Prints both tables; returns what is below its floor. */
export function constraints(seed: number): string[] {
  const shape = { nodes: 5000, vms: 20000, pending: 5000, racks: 20, seed };
  const plain = toSnapshot(generate(shape));
  const low: string[] = [];
  let base = 0;
  const rows = Object.entries(KINDS).map(([name, rules]): Cell[] => {
    const vms = plain.vms.map((spec, index) => ({ ...spec, ...rules(index) }));
    const { perSecond, placed } = best(() => ({ ...plain, vms }));
    base ||= perSecond;
    if (perSecond < RATE_FLOOR) low.push(`${name}: ${Math.round(perSecond)} per second, floor ${RATE_FLOOR}`);
    const share = perSecond / base;
    if (SHARED.includes(name) && share < SHARE_FLOOR)
      low.push(`${name}: ${share.toFixed(2)} of the rate without, floor ${SHARE_FLOOR}`);
    return [name, Math.round(perSecond), share, placed];
  });
  print('5000 hosts, 20000 VMs, 5000 to place', ['rule', 'per second', 'share', 'placed'], rows);
  const scales = SCALES.map((scale): Cell[] => {
    const { perSecond, bytesPerVm } = best(() => toSnapshot(generate({ ...scale, seed })));
    return [`${scale.nodes} / ${scale.vms}`, Math.round(perSecond), Math.round(bytesPerVm)];
  });
  print('as the fleet grows', ['hosts / VMs', 'per second', 'heap bytes per VM'], scales);
  return low;
}
