import { unresolvable } from './filter';
import type { Filter } from './filter';

/** Xen on the host can run this type of guest. */
export const guestType: Filter = {
  name: 'GuestType',
  reads: 'host',
  fits: (world, { spec }, slot) => world.hosts.spec(slot).guestTypes.includes(spec.type),
  refusal: (_world, { spec }) => unresolvable(`${spec.type} guests are not supported`),
};
