import { tolerates } from '../labels';
import type { HostState, Taint, VmSpec } from '../types';
import { unresolvable } from './filter';
import type { Filter } from './filter';

function untolerated(host: HostState, spec: VmSpec): Taint | undefined {
  return host.taints?.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(spec.tolerations, taint));
}

/** Every NoSchedule and NoExecute taint is tolerated. */
export const taints: Filter = {
  name: 'Taints',
  reads: 'host',
  fits: (world, vm, slot) => untolerated(world.hosts.spec(slot), vm.spec) === undefined,
  refusal: (world, vm, slot) => {
    const taint = untolerated(world.hosts.spec(slot), vm.spec);
    return unresolvable(taint ? `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}` : '');
  },
};
