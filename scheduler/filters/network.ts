import { missingNetwork } from '../state/eligibility';
import { unresolvable } from './filter';
import type { Filter } from './filter';

/** The host has every network of the VM. */
export const network: Filter = {
  name: 'Network',
  reads: 'host',
  fits: (world, { spec }, slot) => missingNetwork(spec, world.hosts.spec(slot)) === undefined,
  refusal: (world, { spec }, slot) => unresolvable(`no network ${missingNetwork(spec, world.hosts.spec(slot)) ?? ''}`),
};
