/** Room on the host: memory, vCPUs, disks, to the last MiB. */
import { MIB, domainOverheadBytes, hypervisorBytes } from '../../../common/memory';
import { GIB } from '../fleet';
import { ssd } from './case';
import type { Case } from './case';

const need = (memoryBytes: number, vcpus: number): number =>
  memoryBytes + domainOverheadBytes({ type: 'pvh', vcpus, memoryBytes });
const GUESTS = 60 * GIB - hypervisorBytes(64 * GIB);
const NEED = need(4 * GIB, 2);
const FULL = { reservedBytes: GUESTS - NEED };

export const ROOM_CASES: readonly Case[] = [
  {
    name: 'a storage pool that is missing',
    vm: { disks: [{ pool: 'ssd', sizeBytes: GIB }] },
    refused: ['Storage'],
    unresolvable: true,
  },
  { name: 'disks that just fit', host: { storage: [ssd] }, vm: { disks: [{ pool: 'ssd', sizeBytes: 20 * GIB }] } },
  {
    name: 'disks of one pool are added up',
    host: { storage: [ssd] },
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
    host: { storage: [ssd] },
    placed: [{ disks: [{ pool: 'ssd', sizeBytes: 15 * GIB }] }],
    vm: { disks: [{ pool: 'ssd', sizeBytes: 6 * GIB }] },
    refused: ['Storage'],
    short: 1024,
  },
  {
    name: 'disks that are made stay promised: they are sparse, and may grow',
    host: { storage: [{ ...ssd, promisableBytes: 20 * GIB }] },
    placed: [{ disks: [{ pool: 'ssd', sizeBytes: 15 * GIB, made: true }] }],
    vm: { disks: [{ pool: 'ssd', sizeBytes: 6 * GIB }] },
    refused: ['Storage'],
    short: 1024,
  },
  {
    name: 'what may be promised is not there yet: a disk that is to be made needs room now',
    host: { storage: [{ ...ssd, promisableBytes: 90 * GIB }] },
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
];
