/** What a filter says when it refuses: whether anything but a change would help, why, and by how much it falls short. */
import { deepEqual } from 'node:assert/strict';
import { Scheduler, type HostState, type PoolPolicy, type VmSpec } from '../../scheduler';
import { GIB, host, required, vm } from './fleet';

interface Row {
  readonly name: string;
  readonly host?: Partial<HostState>;
  /** Further hosts, by name. */
  readonly others?: Readonly<Record<string, Partial<HostState>>>;
  readonly placed?: readonly Partial<VmSpec>[];
  readonly vm?: Partial<VmSpec>;
  readonly policy?: Partial<PoolPolicy>;
  /** `Filter: reason, short n unit of resource`; `!` if nothing but a change helps; nothing if it fits. */
  readonly says: readonly string[];
}

const web = { labels: { app: 'web' } };
const zoned = (zone: string): Partial<HostState> => ({ labels: { zone } });
const ssd = { name: 'ssd', freeBytes: 10 * GIB, locality: 'local' } as const;
const disk = (gib: number, over: object = {}) => ({ pool: 'ssd', sizeBytes: gib * GIB, ...over });
const spread = {
  topologySpread: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule' as const,
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
};
const twoTerms = {
  requiredDuringSchedulingIgnoredDuringExecution: ['web', 'db'].map((app) => ({
    labelSelector: { matchLabels: { app } },
    topologyKey: 'kubernetes.io/hostname',
  })),
};

const ROWS: readonly Row[] = [
  {
    name: 'memory that would be free if others went',
    placed: [{ memoryBytes: 56 * GIB, vcpus: 1 }],
    says: ['Memory: too little memory free, short 1145 MiB of memory'],
  },
  {
    name: 'memory that the host never has',
    vm: { memoryBytes: 64 * GIB },
    says: ['Memory!: larger than the host, short 5269 MiB of memory'],
  },
  {
    name: 'vCPUs that are taken',
    placed: [{ vcpus: 61, memoryBytes: GIB }],
    vm: { vcpus: 4 },
    says: ['VCPU: vCPU ratio reached, short 3 vCPU of vcpu'],
  },
  {
    name: 'vCPUs that the host never has',
    vm: { vcpus: 66 },
    says: ['VCPU!: vCPU ratio reached, short 4 vCPU of vcpu'],
  },
  { name: 'as many vCPUs as it has', vm: { vcpus: 62 }, says: [] },
  {
    name: 'as many vCPUs as it has, and somebody has some',
    placed: [{ vcpus: 1, memoryBytes: GIB }],
    vm: { vcpus: 62 },
    says: ['VCPU: vCPU ratio reached, short 1 vCPU of vcpu'],
  },
  {
    name: 'whole CPUs that are taken',
    placed: [{ vcpus: 10, dedicated: true, memoryBytes: GIB }],
    vm: { vcpus: 5, dedicated: true },
    says: ['VCPU: too few whole CPUs free, short 1 pCPU of cpu'],
  },
  {
    name: 'as many whole CPUs as it has, and somebody has some',
    placed: [{ vcpus: 1, dedicated: true, memoryBytes: GIB }],
    vm: { vcpus: 14, dedicated: true },
    says: ['VCPU: too few whole CPUs free, short 1 pCPU of cpu'],
  },
  {
    name: 'whole CPUs that the host never has',
    vm: { vcpus: 15, dedicated: true },
    says: ['VCPU!: too few whole CPUs free, short 1 pCPU of cpu'],
  },
  {
    name: 'whole CPUs whose share is taken',
    placed: [{ vcpus: 56, memoryBytes: GIB }],
    vm: { vcpus: 2, dedicated: true },
    says: ['VCPU: vCPU ratio reached, short 2 vCPU of vcpu'],
  },
  {
    name: 'part of a vCPU, rounded up',
    policy: { vcpuRatio: 1.3 },
    vm: { vcpus: 19 },
    says: ['VCPU!: vCPU ratio reached, short 1 vCPU of vcpu'],
  },
  { name: 'a pool that the host has not', vm: { disks: [disk(1)] }, says: ['Storage!: no storage pool ssd'] },
  {
    name: 'a pool that is too full',
    host: { storage: [ssd] },
    vm: { disks: [disk(12)] },
    says: ['Storage: storage pool ssd is too full, short 2048 MiB of pool ssd'],
  },
  {
    name: 'a full pool, for a disk that is made',
    host: { storage: [{ ...ssd, freeBytes: -GIB }] },
    vm: { disks: [disk(12, { made: true })] },
    says: [],
  },
  { name: 'a host that is not ready and says nothing', host: { ready: false }, says: ['HostReady!: NotReady'] },
  {
    name: 'a host that has nothing to sell',
    host: { notSellableReason: 'not fixed' },
    says: ['Memory!: larger than the host, short 4133 MiB of memory', 'HostReady!: not fixed'],
  },
  {
    name: 'a taint with a value',
    host: { taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] },
    says: ['Taints!: gpu=a:NoSchedule'],
  },
  {
    name: 'a taint without one',
    host: { taints: [{ key: 'gpu', effect: 'NoExecute' }] },
    says: ['Taints!: gpu:NoExecute'],
  },
  {
    name: 'a disk elsewhere',
    host: { storage: [ssd] },
    vm: { disks: [disk(1, { made: true }), disk(1, { made: true, madeOn: 'h9' })] },
    says: ['DiskLocality!: its disk is on h9'],
  },
  { name: 'a disk here', host: { storage: [ssd] }, vm: { disks: [disk(1, { made: true, madeOn: 'h1' })] }, says: [] },
  {
    name: 'affinity to nobody',
    vm: { affinity: required({ app: 'web' }) },
    says: ['Affinity: no VM with app=web per kubernetes.io/hostname'],
  },
  {
    name: 'affinity by a label that the host has not',
    vm: { affinity: required({ app: 'web' }, 'zone') },
    says: ['Affinity!: no label zone'],
  },
  {
    name: 'affinity of the first, by a label that the host has not',
    vm: { ...web, affinity: required({ app: 'web' }, 'zone') },
    says: ['Affinity!: no label zone'],
  },
  {
    name: 'affinity to its like, who is elsewhere',
    others: { h2: { cordoned: true } },
    placed: [{ ...web, host: 'h2' }],
    vm: { ...web, affinity: required({ app: 'web' }) },
    says: ['HostCordoned!: Unschedulable', 'Affinity: no VM with app=web per kubernetes.io/hostname'],
  },
  {
    name: 'affinity in the first zone of all',
    host: zoned('a'),
    vm: { affinity: required({ app: 'web' }, 'zone') },
    says: ['Affinity: no VM with app=web per zone'],
  },
  {
    name: 'anti-affinity',
    placed: [web, web],
    vm: { antiAffinity: required({ app: 'web' }) },
    says: ['AntiAffinity: app=web per kubernetes.io/hostname, short 2 VM of VMs in the way'],
  },
  {
    name: 'anti-affinity to several, of whom one is there',
    placed: [{ labels: { app: 'db' } }],
    vm: { antiAffinity: twoTerms },
    says: ['AntiAffinity: app=db per kubernetes.io/hostname, short 1 VM of VMs in the way'],
  },
  {
    name: 'anti-affinity of several of those there, by their text',
    placed: [{ antiAffinity: required({ tier: 'x' }) }, { antiAffinity: required({ app: 'web' }) }],
    vm: { labels: { app: 'web', tier: 'x' } },
    says: ['AntiAffinity: app=web per kubernetes.io/hostname, asked by the VMs there, short 1 VM of VMs in the way'],
  },
  {
    name: '… whoever came first',
    placed: [{ antiAffinity: required({ app: 'web' }) }, { antiAffinity: required({ tier: 'x' }) }],
    vm: { labels: { app: 'web', tier: 'x' } },
    says: ['AntiAffinity: app=web per kubernetes.io/hostname, asked by the VMs there, short 1 VM of VMs in the way'],
  },
  ...[['h1', 'h2'] as const, ['h2', 'h1'] as const].map(([first, second]): Row => ({
    name: `anti-affinity of one on ${first} and another on ${second}`,
    others: { h2: {} },
    placed: [
      { host: first, antiAffinity: required({ tier: 'x' }) },
      { host: second, antiAffinity: required({ app: 'web' }) },
    ],
    vm: { labels: { app: 'web', tier: 'x' } },
    says: ['AntiAffinity: app=web per kubernetes.io/hostname, asked by the VMs there, short 1 VM of VMs in the way'],
  })),
  {
    name: 'anti-affinity of one there that means others',
    placed: [{ antiAffinity: required({ app: 'db' }) }],
    vm: web,
    says: [],
  },
  {
    name: 'spread by a label that the host has not',
    vm: { ...web, ...spread },
    says: ['TopologySpread!: no label zone'],
  },
  {
    name: 'spread over zones',
    host: zoned('a'),
    others: { h2: { ...zoned('b'), reservedBytes: 59 * GIB } },
    placed: [web, web],
    vm: { ...web, ...spread },
    says: [
      'Memory!: larger than the host, short 3765 MiB of memory',
      'TopologySpread: max skew 1 of app=web per zone, short 2 VM of skew',
    ],
  },
  {
    name: 'spread over zones that are even',
    host: zoned('a'),
    others: { h2: zoned('b') },
    placed: [web, { ...web, host: 'h2' }],
    vm: { ...web, ...spread },
    says: [],
  },
];

function said({ host: first, others = {}, placed = [], vm: asked, policy }: Row): string[] {
  const hosts = [host('h1', first), ...Object.entries(others).map(([name, over]) => host(name, over))];
  const vms = placed.map((over, index) => vm(`placed-${index}`, { host: 'h1', ...over }));
  const answer = new Scheduler({ hosts, vms, pools: [{ name: 'default', ...policy }] }).place(vm('new', asked));
  if (!('unschedulable' in answer)) return [];
  return answer.unschedulable.filters.map(({ filter, reason, unresolvable, nearest }) => {
    const { amount, unit, resource } = nearest?.shortfall ?? {};
    return `${filter}${unresolvable > 0 ? '!' : ''}: ${reason}${nearest === undefined ? '' : `, short ${amount} ${unit} of ${resource}`}`;
  });
}

describe('a filter that refuses says why', () => {
  for (const row of ROWS) it(`${row.name}: ${row.says.join('; ') || 'it fits'}`, () => deepEqual(said(row), row.says));
});
