/** Rules that look at the host alone. */
import { GIB } from '../fleet';
import { ssd } from './case';
import type { Case } from './case';

export const HOST_CASES: readonly Case[] = [
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
    host: { storage: [ssd] },
    vm: { disks: [{ pool: 'ssd', sizeBytes: GIB, madeOn: 'h9' }] },
    refused: ['DiskLocality'],
    reason: /h9/,
  },
  {
    name: 'a disk made here needs no more room',
    host: { storage: [ssd] },
    vm: { disks: [{ pool: 'ssd', sizeBytes: 90 * GIB, madeOn: 'h1' }] },
  },
];
