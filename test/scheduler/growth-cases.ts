/**
 * One row per way to grow in place: what the host has, what the VM holds, what it would become; and
 * why not.
 */
import { MIB, domainOverheadBytes, hypervisorBytes } from '../../common/memory';
import type { HostState, HostStorage, PoolPolicy, VmDisk, VmSpec } from '../../scheduler';
import { GIB, required } from './fleet';

export const need = (memoryBytes: number, vcpus = 2): number =>
  memoryBytes + domainOverheadBytes({ type: 'pvh', vcpus, memoryBytes });
/** What is kept back so that the guests of h1 may take just so many bytes. */
export const room = (bytes: number): Partial<HostState> => ({
  reservedBytes: 60 * GIB - hypervisorBytes(64 * GIB) - bytes,
});
export const ssd = (free: number): HostStorage => ({ name: 'ssd', freeBytes: free * GIB, locality: 'local' });
export const disk = (size: number, over: Partial<VmDisk> = {}): VmDisk => ({
  pool: 'ssd',
  sizeBytes: size * GIB,
  ...over,
});

export interface GrowthCase {
  readonly name: string;
  readonly host?: Partial<HostState>;
  readonly policy?: Partial<PoolPolicy>;
  readonly others?: readonly Partial<VmSpec>[];
  /** What the VM holds, and what it would become. */
  readonly held?: Partial<VmSpec>;
  readonly grown: Partial<VmSpec>;
  /** Why not; absent: it fits. */
  readonly refused?: string;
}

export const GROWTH_CASES: readonly GrowthCase[] = [
  { name: 'memory up to the last byte', host: room(need(8 * GIB)), grown: { memoryBytes: 8 * GIB } },
  {
    name: 'memory, one MiB too much',
    host: room(need(8 * GIB) - MIB),
    grown: { memoryBytes: 8 * GIB },
    refused: '0 of 1 hosts fit: memory 1 (h1 nearest, 1 MiB short)',
  },
  {
    name: 'memory that a neighbour holds',
    host: room(need(8 * GIB) + need(4 * GIB) - MIB),
    others: [{}],
    grown: { memoryBytes: 8 * GIB },
    refused: '0 of 1 hosts fit: memory 1 (h1 nearest, 1 MiB short)',
  },
  {
    name: 'shrinking on a host that is too full already',
    host: room(0),
    held: { memoryBytes: 8 * GIB },
    grown: { memoryBytes: 4 * GIB },
  },
  {
    name: 'less memory and more vCPUs on a host without memory',
    host: room(0),
    held: { memoryBytes: 8 * GIB },
    grown: { memoryBytes: 4 * GIB, vcpus: 4 },
  },
  {
    name: 'more vCPUs and the same memory on a host without memory',
    host: room(0),
    held: { overheadBytes: 0 },
    grown: { overheadBytes: 0, vcpus: 4 },
  },
  { name: 'vCPUs up to the ratio', others: [{ vcpus: 50 }], grown: { vcpus: 12 } },
  {
    name: 'vCPUs beyond the ratio',
    others: [{ vcpus: 50 }],
    grown: { vcpus: 13 },
    refused: '0 of 1 hosts fit: vCPUs 1 (h1 nearest, 1 vCPU short)',
  },
  {
    name: 'vCPUs beyond the ratio of the pool',
    policy: { vcpuRatio: 1 },
    others: [{ vcpus: 10 }],
    grown: { vcpus: 5 },
    refused: '0 of 1 hosts fit: vCPUs 1 (h1 nearest, 1 vCPU short)',
  },
  {
    name: 'more memory on a host with too many vCPUs already',
    policy: { vcpuRatio: 1 },
    others: [{ vcpus: 20 }],
    grown: { memoryBytes: 8 * GIB },
  },
  { name: 'CPUs of its own, while there are some', others: [{ vcpus: 50 }], grown: { dedicated: true, vcpus: 3 } },
  {
    name: 'CPUs of its own that shared vCPUs need',
    others: [{ vcpus: 50 }],
    grown: { dedicated: true, vcpus: 4 },
    refused: '0 of 1 hosts fit: vCPUs 1 (h1 nearest, 4 vCPU short)',
  },
  {
    name: 'CPUs of its own that others own',
    others: [{ dedicated: true, vcpus: 12 }],
    grown: { dedicated: true, vcpus: 3 },
    refused: '0 of 1 hosts fit: vCPUs 1 (h1 nearest, 1 pCPU short)',
  },
  {
    name: 'a CPU of its own instead of many shared vCPUs, where others own all',
    others: [{ dedicated: true, vcpus: 14 }],
    held: { vcpus: 6 },
    grown: { dedicated: true, vcpus: 1 },
    refused: '0 of 1 hosts fit: vCPUs 1 (h1 nearest, 1 pCPU short)',
  },
  {
    name: 'giving CPUs back where none are free',
    others: [{ vcpus: 62 }],
    held: { dedicated: true, vcpus: 4 },
    grown: { dedicated: false, vcpus: 4 },
  },
  { name: 'a device model that Dom0 still carries', host: { mostHvmGuests: 1 }, grown: { type: 'hvm' } },
  {
    name: 'a device model too many',
    host: { mostHvmGuests: 1 },
    others: [{ type: 'hvm' }],
    grown: { type: 'hvm' },
    refused: '0 of 1 hosts fit: HVM guests 1 (Dom0 carries no more; h1 nearest, 1 of at most 1)',
  },
  {
    name: 'memory of an HVM guest where Dom0 carries too many already',
    host: { mostHvmGuests: 1 },
    others: [{ type: 'hvm' }],
    held: { type: 'hvm' },
    grown: { type: 'hvm', memoryBytes: 8 * GIB },
  },
  {
    name: 'giving a device model back where Dom0 carries too many',
    host: { mostHvmGuests: 1 },
    others: [{ type: 'hvm' }, { type: 'hvm' }],
    held: { type: 'hvm' },
    grown: { type: 'pvh' },
  },
  {
    name: 'a second disk that the pool can hold',
    host: { storage: [ssd(10)] },
    held: { disks: [disk(20, { made: true })] },
    grown: { disks: [disk(20, { made: true }), disk(10)] },
  },
  {
    name: 'a second disk that the pool cannot hold',
    host: { storage: [ssd(10)] },
    held: { disks: [disk(20, { made: true })] },
    grown: { disks: [disk(20, { made: true }), disk(11)] },
    refused: '0 of 1 hosts fit: storage 1 (h1 nearest, 1024 MiB short)',
  },
  {
    name: 'a made disk that grows within the pool',
    host: { storage: [ssd(10)] },
    held: { disks: [disk(20, { madeOn: 'h1' })] },
    grown: { disks: [disk(30, { madeOn: 'h1', madeBytes: 20 * GIB })] },
  },
  {
    name: 'a made disk that outgrows the pool',
    host: { storage: [ssd(10)] },
    held: { disks: [disk(20, { madeOn: 'h1' })] },
    grown: { disks: [disk(31, { madeOn: 'h1', madeBytes: 20 * GIB })] },
    refused: '0 of 1 hosts fit: storage 1 (h1 nearest, 1024 MiB short)',
  },
  {
    name: 'a disk in a pool that the host has not',
    grown: { disks: [disk(1)] },
    refused: '0 of 1 hosts fit: storage 1 (no storage pool ssd)',
  },
  {
    name: 'a made disk in a pool that the host has not',
    grown: { disks: [disk(1, { made: true })] },
    refused: '0 of 1 hosts fit: storage 1 (no storage pool ssd)',
  },
  {
    name: 'a disk in one pool while another is overfull',
    host: { storage: [ssd(0), { ...ssd(9), name: 'hdd' }] },
    held: { disks: [disk(5)] },
    grown: { disks: [disk(5), { pool: 'hdd', sizeBytes: 9 * GIB }] },
  },
  {
    name: 'whatever would keep a new VM away',
    host: { cordoned: true, ready: false, taints: [{ key: 'old', effect: 'NoExecute' }], guestTypes: [], networks: [] },
    others: [{ labels: { app: 'web' } }],
    grown: {
      vcpus: 4,
      pool: 'other',
      networks: ['lan'],
      hostSelector: { matchLabels: { cpu: 'amd' } },
      antiAffinity: required({ app: 'web' }),
    },
  },
  {
    name: 'on a host that may sell no memory',
    host: { notSellableReason: 'Dom0MemoryNotFixed' },
    grown: { memoryBytes: 4 * GIB + MIB },
    refused: `0 of 1 hosts fit: memory 1 (h1 nearest, ${need(4 * GIB + MIB) / MIB} MiB short)`,
  },
  {
    name: 'on a host that is not known',
    held: { host: 'h9' },
    grown: { host: 'h9', vcpus: 4 },
    refused: '0 of 1 hosts fit: not ready 1 (host h9 is not known)',
  },
  {
    name: 'all that it asks, if the ledger holds it elsewhere',
    host: room(need(4 * GIB) - MIB),
    held: { host: 'h9' },
    grown: {},
    refused: '0 of 1 hosts fit: memory 1 (h1 nearest, 1 MiB short)',
  },
];
