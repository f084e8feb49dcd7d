import type { Vm } from '../state/demand';
import type { Relations, Term } from '../state/term';
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

/**
 * Of several conflicts the VM's own, then the first by its text: the answer must not depend on who
 * came first.
 */
function conflict(world: World, vm: Vm, slot: number): Conflict {
  const { antiAffinity: own, labels } = world.relations.of(vm);
  const at = (counts: ReadonlyMap<number, number>, term: Term): number =>
    counts.get(term.topology.domain(slot)) ?? NONE;
  const conflicts = [
    ...own.map((term) => ({ text: term.text, vms: at(term.matching, term) })),
    ...sorted(labels.repellers.map((term) => ({ text: term.text, vms: at(term.repelling, term) }))).map(
      ({ text, vms }) => ({ text: `${text}, asked by the VMs there`, vms }),
    ),
  ];
  return conflicts.find(({ vms }) => vms > 0) ?? { text: '', vms: NONE };
}

const sorted = (conflicts: Conflict[]): Conflict[] => conflicts.sort((a, b) => (a.text < b.text ? -1 : 1));

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
