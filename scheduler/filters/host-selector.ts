import { matchesHostRules } from '../state/eligibility';
import { unresolvable } from './filter';
import type { Filter } from './filter';

/** hostSelector and required host affinity match the host's labels. */
export const hostSelector: Filter = {
  name: 'HostSelector',
  reads: 'host',
  fits: (world, { spec }, slot) => matchesHostRules(spec, world.hosts.spec(slot)),
  refusal: () => unresolvable('labels do not match'),
};
