import type { Vm } from '../state/demand';
import type { Relations } from '../state/relations';
import type { World } from '../state/world';
import type { Filter } from './filter';

interface Conflict {
  readonly text: string;
  readonly vms: number;
}

const NONE = 0;

function inTheWay(relations: Relations, slot: number): number {
  for (const term of relations.antiAffinity) {
    const vms = term.matching.get(term.topology.domain(slot)) ?? NONE;
    if (vms > 0) return vms;
  }
  for (const term of relations.labels.repellers) {
    const vms = term.repelling.get(term.topology.domain(slot)) ?? NONE;
    if (vms > 0) return vms;
  }
  return NONE;
}

function conflict(world: World, vm: Vm, slot: number): Conflict {
  const relations = world.relations.of(vm);
  const own = relations.antiAffinity.find((term) => term.matching.has(term.topology.domain(slot)));
  if (own) return { text: own.text, vms: inTheWay(relations, slot) };
  const other = relations.labels.repellers.find((term) => term.repelling.has(term.topology.domain(slot)));
  return { text: `${other?.text ?? ''}, asked by the VMs there`, vms: inTheWay(relations, slot) };
}

/** Required anti-affinity, both ways: the VM's own terms, and the terms of those already there. */
export const antiAffinity: Filter = {
  name: 'AntiAffinity',
  reads: 'vms',
  fits: (world, vm, slot) => inTheWay(world.relations.of(vm), slot) === NONE,
  refusal: (world, vm, slot) => {
    const { text, vms } = conflict(world, vm, slot);
    return { kind: 'unschedulable', reason: text, shortfall: { resource: 'VMs in the way', unit: 'VM', amount: vms } };
  },
};
