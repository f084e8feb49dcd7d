import type { Term } from '../state/term';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import type { Filter } from './filter';

/**
 * The term that keeps the VM away; the first VM of a group that selects itself may start anywhere.
 */
function unmet(world: World, vm: Vm, slot: number): Term | undefined {
  const { affinity, labels } = world.relations.of(vm);
  for (const term of affinity) {
    const domain = term.topology.domain(slot);
    if (domain < 0) return term;
    if (term.total === 0 && labels.terms.includes(term)) continue;
    if (!term.matching.has(domain)) return term;
  }
  return undefined;
}

/** Required affinity: each term has a VM in the host's domain. */
export const affinity: Filter = {
  name: 'Affinity',
  reads: 'vms',
  fits: (world, vm, slot) => world.relations.of(vm).affinity.length === 0 || unmet(world, vm, slot) === undefined,
  refusal: (world, vm, slot) => {
    const term = unmet(world, vm, slot);
    const noDomain = term !== undefined && term.topology.domain(slot) < 0;
    const reason = noDomain ? `no label ${term.topology.key}` : `no VM with ${term?.text ?? ''}`;
    return { kind: noDomain ? 'unresolvable' : 'unschedulable', reason };
  },
};
