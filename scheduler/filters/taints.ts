import { untoleratedTaint } from '../state/eligibility';
import { unresolvable } from './filter';
import type { Filter } from './filter';

/** Every NoSchedule and NoExecute taint is tolerated. */
export const taints: Filter = {
  name: 'Taints',
  reads: 'host',
  fits: (world, vm, slot) => untoleratedTaint(vm.spec, world.hosts.spec(slot)) === undefined,
  refusal: (world, vm, slot) => {
    const taint = untoleratedTaint(vm.spec, world.hosts.spec(slot));
    return unresolvable(taint ? `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}` : '');
  },
};
