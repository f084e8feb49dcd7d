/** Rules about the VMs that are there: affinity, anti-affinity, spread. */
import { required } from '../fleet';
import type { Case } from './case';

const web = { labels: { app: 'web' } };
const rack = 'rack';

export const VM_CASES: readonly Case[] = [
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
