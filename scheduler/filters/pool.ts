import { hostPool } from '../state/host-facts';
import { isDenied, isInPool } from '../state/eligibility';
import type { Filter } from './filter';
import { unresolvable } from './filter';

/**
 * The host is in the pool that the VM asks for, if it asks for one, and in none that is for others
 * only.
 */
export const pool: Filter = {
  name: 'Pool',
  reads: 'host',
  fits: (world, { spec }, slot) => {
    const host = world.hosts.spec(slot);
    return isInPool(spec, host) && !isDenied(spec, host);
  },
  refusal: (world, { spec }, slot) => {
    const host = world.hosts.spec(slot);
    if (!isInPool(spec, host)) return unresolvable(`in pool ${hostPool(host)}`);
    return unresolvable('in a pool that does not allow the namespace');
  },
};
