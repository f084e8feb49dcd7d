/** What the rules about other VMs say when they refuse: affinity, anti-affinity, spread. */
import { deepEqual } from 'node:assert/strict';
import type { HostState } from '../../scheduler';
import { GIB, required } from './fleet';
import { said } from './refusal';
import type { Refusal } from './refusal';

const web = { labels: { app: 'web' } };
const zoned = (zone: string): Partial<HostState> => ({ labels: { zone } });
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

const ROWS: readonly Refusal[] = [
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
  ...[['h1', 'h2'] as const, ['h2', 'h1'] as const].map(([first, second]): Refusal => ({
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

describe('VMs in the way say why', () => {
  for (const row of ROWS) it(`${row.name}: ${row.says.join('; ') || 'it fits'}`, () => deepEqual(said(row), row.says));
});
