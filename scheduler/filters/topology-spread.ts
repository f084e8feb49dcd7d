import type { Vm } from '../state/demand';
import type { SpreadDemand } from '../state/term';
import type { World } from '../state/world';
import type { Filter } from './filter';

/**
 * How far the VM would take a domain beyond what is allowed; undefined: the host is in no domain.
 */
function excess({ spread, self, maxSkew }: SpreadDemand, slot: number): number | undefined {
  const skew = spread.skew(slot);
  return skew === undefined ? undefined : skew + self - maxSkew;
}

function worst(world: World, vm: Vm, slot: number): SpreadDemand | undefined {
  return world.relations.of(vm).spreads.find((demand) => (excess(demand, slot) ?? 1) > 0);
}

/** No domain gets ahead of the emptiest one by more than maxSkew (DoNotSchedule). */
export const topologySpread: Filter = {
  name: 'TopologySpread',
  reads: 'vms',
  fits: (world, vm, slot) => {
    const { spreads } = world.relations.of(vm);
    for (const demand of spreads) if ((excess(demand, slot) ?? 1) > 0) return false;
    return true;
  },
  refusal: (world, vm, slot) => {
    const demand = worst(world, vm, slot);
    const over = demand && excess(demand, slot);
    if (!demand || over === undefined) {
      return { kind: 'unresolvable', reason: `no label ${demand?.term.topology.key ?? ''}` };
    }
    const reason = `max skew ${demand.maxSkew} of ${demand.term.text}`;
    return { kind: 'unschedulable', reason, shortfall: { resource: 'skew', unit: 'VM', amount: over } };
  },
};
