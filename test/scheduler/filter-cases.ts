/** One row per rule and edge: what the host is, what is there, what is asked; and who refuses. */
import { MIB, domainOverheadBytes, hypervisorBytes } from '../../common/memory';
import type { FilterName, HostState, PoolPolicy, VmSpec } from '../../scheduler';
import { GIB, required } from './fleet';

export interface Case {
  readonly name: string;
  readonly host?: Partial<HostState>;
  readonly vm?: Partial<VmSpec>;
  readonly placed?: readonly Partial<VmSpec>[];
  readonly policy?: Partial<PoolPolicy>;
  /** The filters that refuse the host; none: it fits. */
  readonly refused?: readonly FilterName[];
  readonly reason?: RegExp;
  readonly short?: number;
  readonly unresolvable?: boolean;
}

const need = (memoryBytes: number, vcpus: number): number =>
  memoryBytes + domainOverheadBytes({ type: 'pvh', vcpus, memoryBytes });
const GUESTS = 60 * GIB - hypervisorBytes(64 * GIB);
const NEED = need(4 * GIB, 2);
const FULL = { reservedBytes: GUESTS - NEED };
const local = { name: 'ssd', freeBytes: 20 * GIB, locality: 'local' } as const;
const web = { labels: { app: 'web' } };
const rack = 'rack';

export const CASES: readonly Case[] = [
  { name: 'an idle host takes a VM' },
  {
    name: 'a host that is not ready',
    host: { ready: false, notReadyReason: 'Unknown' },
    refused: ['HostReady'],
    reason: /Unknown/,
  },
  {
    name: 'a host whose Dom0 may balloon has nothing to sell',
    host: { notSellableReason: 'Dom0MemoryNotFixed' },
    refused: ['Memory', 'HostReady'],
    unresolvable: true,
  },
  { name: 'a cordoned host', host: { cordoned: true }, refused: ['HostCordoned'], reason: /Unschedulable/ },
  {
    name: 'a taint',
    host: { taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] },
    refused: ['Taints'],
    reason: /gpu=a:NoSchedule/,
  },
  { name: 'a NoExecute taint', host: { taints: [{ key: 'gpu', effect: 'NoExecute' }] }, refused: ['Taints'] },
  {
    name: 'a PreferNoSchedule taint keeps nobody away',
    host: { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] },
  },
  {
    name: 'a toleration of another value does not help',
    host: { taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] },
    vm: { tolerations: [{ key: 'gpu', operator: 'Equal', value: 'b' }] },
    refused: ['Taints'],
  },
  {
    name: 'a toleration by key and value',
    host: { taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] },
    vm: { tolerations: [{ key: 'gpu', value: 'a' }] },
  },
  {
    name: 'a toleration of everything',
    host: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    vm: { tolerations: [{ operator: 'Exists' }] },
  },
  {
    name: 'a toleration of another effect does not help',
    host: { taints: [{ key: 'gpu', effect: 'NoExecute' }] },
    vm: { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
    refused: ['Taints'],
  },
  { name: 'another pool', host: { pool: 'b' }, vm: { pool: 'a' }, refused: ['Pool'], reason: /pool b/ },
  { name: 'a pool of others', host: { pool: 'b' }, vm: { deniedPools: ['b'] }, refused: ['Pool'], reason: /not allow/ },
  { name: 'others’ pools, and a host of none of them', host: { pool: 'b' }, vm: { deniedPools: ['a', 'bb'] } },
  { name: 'a default pool that is for others only', vm: { deniedPools: ['default'] }, refused: ['Pool'] },
  { name: 'a VM of no pool goes anywhere', host: { pool: 'b' } },
  { name: 'a host of no pool is in the default pool', vm: { pool: 'default' } },
  {
    name: 'a selector that matches',
    host: { labels: { cpu: 'amd' } },
    vm: { hostSelector: { matchExpressions: [{ key: 'cpu', operator: 'In', values: ['amd', 'intel'] }] } },
  },
  {
    name: 'a selector on a label that is missing',
    vm: { hostSelector: { matchLabels: { cpu: 'amd' } } },
    refused: ['HostSelector'],
  },
  {
    name: 'required host affinity by number',
    host: { labels: { generation: '4' } },
    vm: {
      hostAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'generation', operator: 'Gt', values: ['4'] }] }],
        },
      },
    },
    refused: ['HostSelector'],
  },
  { name: 'a type that Xen there cannot run', host: { guestTypes: ['pv'] }, refused: ['GuestType'], reason: /pvh/ },
  {
    name: 'a network that is missing',
    host: { networks: ['lan'] },
    vm: { networks: ['lan', 'dmz'] },
    refused: ['Network'],
    reason: /dmz/,
  },
  {
    name: 'a disk made elsewhere',
    host: { storage: [local] },
    vm: { disks: [{ pool: 'ssd', sizeBytes: GIB, madeOn: 'h9' }] },
    refused: ['DiskLocality'],
    reason: /h9/,
  },
  {
    name: 'a disk made here needs no more room',
    host: { storage: [local] },
    vm: { disks: [{ pool: 'ssd', sizeBytes: 90 * GIB, madeOn: 'h1' }] },
  },
  {
    name: 'a storage pool that is missing',
    vm: { disks: [{ pool: 'ssd', sizeBytes: GIB }] },
    refused: ['Storage'],
    unresolvable: true,
  },
  { name: 'disks that just fit', host: { storage: [local] }, vm: { disks: [{ pool: 'ssd', sizeBytes: 20 * GIB }] } },
  {
    name: 'disks of one pool are added up',
    host: { storage: [local] },
    vm: {
      disks: [
        { pool: 'ssd', sizeBytes: 15 * GIB },
        { pool: 'ssd', sizeBytes: 6 * GIB },
      ],
    },
    refused: ['Storage'],
    short: 1024,
  },
  {
    name: 'the disks of a VM that is placed and not started yet are promised',
    host: { storage: [local] },
    placed: [{ disks: [{ pool: 'ssd', sizeBytes: 15 * GIB }] }],
    vm: { disks: [{ pool: 'ssd', sizeBytes: 6 * GIB }] },
    refused: ['Storage'],
    short: 1024,
  },
  {
    name: 'disks that are made stay promised: they are sparse, and may grow',
    host: { storage: [{ ...local, promisableBytes: 20 * GIB }] },
    placed: [{ disks: [{ pool: 'ssd', sizeBytes: 15 * GIB, made: true }] }],
    vm: { disks: [{ pool: 'ssd', sizeBytes: 6 * GIB }] },
    refused: ['Storage'],
    short: 1024,
  },
  {
    name: 'what may be promised is not there yet: a disk that is to be made needs room now',
    host: { storage: [{ ...local, promisableBytes: 90 * GIB }] },
    vm: { disks: [{ pool: 'ssd', sizeBytes: 21 * GIB }] },
    refused: ['Storage'],
    short: 1024,
  },
  { name: 'memory that fits exactly, overhead and all', host: FULL },
  {
    name: 'memory that misses one MiB',
    host: { reservedBytes: FULL.reservedBytes + MIB },
    refused: ['Memory'],
    short: 1,
  },
  { name: 'foreign domains count', host: { ...FULL, foreignBytes: 3 * MIB }, refused: ['Memory'], short: 3 },
  { name: 'orphans count', host: { ...FULL, orphanBytes: 5 * MIB }, refused: ['Memory'], short: 5 },
  {
    name: 'a VM that is migrating in counts',
    host: FULL,
    placed: [{ host: 'h9', inboundHost: 'h1', memoryBytes: GIB }],
    refused: ['Memory'],
    short: need(GIB, 2) / MIB,
  },
  { name: 'a VM larger than the host', vm: { memoryBytes: 64 * GIB }, refused: ['Memory'], unresolvable: true },
  { name: 'the four to one ratio holds, Dom0 included', vm: { vcpus: 62 } },
  { name: 'one vCPU too many', vm: { vcpus: 63 }, refused: ['VCPU'], short: 1, unresolvable: true },
  {
    name: 'the ratio of the pool',
    policy: { vcpuRatio: 1 },
    placed: [{ vcpus: 10 }],
    vm: { vcpus: 5 },
    refused: ['VCPU'],
    short: 1,
  },
  { name: "dedicated CPUs up to Dom0's", vm: { vcpus: 14, dedicated: true } },
  { name: 'a dedicated CPU too many', vm: { vcpus: 15, dedicated: true }, refused: ['VCPU'], short: 1 },
  {
    name: 'dedicated CPUs are taken out of the shared ones',
    placed: [{ vcpus: 14, dedicated: true }],
    vm: { vcpus: 7 },
    refused: ['VCPU'],
    short: 1,
  },
  {
    name: 'shared vCPUs leave fewer CPUs to dedicate',
    placed: [{ vcpus: 50 }],
    vm: { vcpus: 4, dedicated: true },
    refused: ['VCPU'],
    short: 4,
  },
  {
    name: 'anti-affinity',
    placed: [web],
    vm: { antiAffinity: required({ app: 'web' }) },
    refused: ['AntiAffinity'],
    short: 1,
  },
  {
    name: 'the anti-affinity of those already there',
    placed: [{ antiAffinity: required({ app: 'web' }) }],
    vm: web,
    refused: ['AntiAffinity'],
    short: 1,
  },
  {
    name: 'anti-affinity sees its own namespace only',
    placed: [{ ...web, namespace: 'other' }],
    vm: { antiAffinity: required({ app: 'web' }) },
  },
  {
    name: 'anti-affinity by a label that the host has not',
    placed: [web],
    vm: { antiAffinity: required({ app: 'web' }, rack) },
  },
  { name: 'affinity to nobody', vm: { affinity: required({ app: 'web' }) }, refused: ['Affinity'] },
  { name: 'the first of a group that wants to be together', vm: { ...web, affinity: required({ app: 'web' }) } },
  { name: 'affinity to a VM that is there', placed: [web], vm: { affinity: required({ app: 'web' }) } },
  {
    name: 'affinity by a label that the host has not',
    placed: [web],
    vm: { affinity: required({ app: 'web' }, rack) },
    refused: ['Affinity'],
    unresolvable: true,
  },
  {
    name: 'spread over a label that the host has not',
    vm: { topologySpread: [{ maxSkew: 1, topologyKey: rack }] },
    refused: ['TopologySpread'],
    unresolvable: true,
  },
];
