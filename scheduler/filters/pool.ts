import { hostPool } from '../state/hosts';
import { unresolvable } from './filter';
import type { Filter } from './filter';

/** The host is in the pool that the VM asks for, if it asks for one. */
export const pool: Filter = {
  name: 'Pool',
  reads: 'host',
  fits: (world, { spec }, slot) => spec.pool === undefined || spec.pool === hostPool(world.hosts.spec(slot)),
  refusal: (world, _vm, slot) => unresolvable(`in pool ${hostPool(world.hosts.spec(slot))}`),
};
