import { matchesHostTerm, tolerates } from '../state/labels';
import { hostLabels } from '../state/host-facts';
import type { Scorer } from './scorer';

/** Kubernetes' weights go to 100; a wish of weight 100 is worth more than any balance. */
const PER_WEIGHT = 1 / 100;

/** Untolerated PreferNoSchedule taints. */
export const preferUntainted: Scorer = {
  name: 'PreferNoSchedule',
  weight: 1,
  reads: 'room',
  concerns: () => true,
  cost: (world, { spec }, slot) => {
    const { taints } = world.hosts.spec(slot);
    if (!taints?.length) return 0;
    return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(spec.tolerations, taint)).length;
  },
};

/** Preferred host affinity. */
export const preferredHosts: Scorer = {
  name: 'PreferredHosts',
  weight: 1,
  reads: 'room',
  concerns: (_world, { spec }) => spec.hostAffinity?.preferredDuringSchedulingIgnoredDuringExecution !== undefined,
  cost: (world, { spec }, slot) => {
    const labels = hostLabels(world.hosts.spec(slot));
    let cost = 0;
    for (const wish of spec.hostAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (matchesHostTerm(wish.preference, labels)) cost -= wish.weight * PER_WEIGHT;
    }
    return cost;
  },
};

/** Preferred affinity and anti-affinity to VMs, per VM in the domain. */
export const preferredVms: Scorer = {
  name: 'PreferredVms',
  weight: 1,
  reads: 'vms',
  concerns: (world, vm) => world.relations.of(vm).preferred.length > 0,
  least: (world, vm) => (world.relations.of(vm).preferred.every(({ weight }) => weight < 0) ? 0 : -Infinity),
  cost: (world, vm, slot) => {
    let cost = 0;
    for (const { term, weight } of world.relations.of(vm).preferred) {
      cost -= weight * PER_WEIGHT * (term.matching.get(term.topology.domain(slot)) ?? 0);
    }
    return cost;
  },
};

/**
 * Topology spread with ScheduleAnyway: each VM beyond the allowed skew costs as much as a full
 * host.
 */
export const preferredSpread: Scorer = {
  name: 'PreferredSpread',
  weight: 1,
  reads: 'vms',
  concerns: (world, vm) => world.relations.of(vm).preferredSpreads.length > 0,
  least: () => 0,
  cost: (world, vm, slot) => {
    let cost = 0;
    for (const { spread, self, maxSkew } of world.relations.of(vm).preferredSpreads) {
      cost += Math.max(0, (spread.skew(slot) ?? maxSkew + 1) + self - maxSkew);
    }
    return cost;
  },
};
