import { unresolvable } from './filter';
import type { Filter } from './filter';

/** An administrator lets nothing new onto the host. */
export const hostCordoned: Filter = {
  name: 'HostCordoned',
  reads: 'host',
  fits: (world, _vm, slot) => world.hosts.spec(slot).cordoned !== true,
  refusal: () => unresolvable('Unschedulable'),
};
