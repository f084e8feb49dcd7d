/**
 * What a filter says when it refuses: whether anything but a change helps, why, and what is short.
 */
import { deepEqual } from 'node:assert/strict';
import { GIB } from './fleet';
import { said } from './refusal';
import type { Refusal } from './refusal';

const ssd = { name: 'ssd', freeBytes: 10 * GIB, locality: 'local' } as const;
const disk = (gib: number, over: object = {}) => ({ pool: 'ssd', sizeBytes: gib * GIB, ...over });

const ROWS: readonly Refusal[] = [
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
];

describe('a host or its room that refuses says why', () => {
  for (const row of ROWS) it(`${row.name}: ${row.says.join('; ') || 'it fits'}`, () => deepEqual(said(row), row.says));
});
