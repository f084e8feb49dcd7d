import type { HostState, VmSpec } from '../types';
import { unresolvable } from './filter';
import type { Filter } from './filter';

function missing(host: HostState, spec: VmSpec): string | undefined {
  return spec.networks?.find((network) => !(host.networks ?? []).includes(network));
}

/** The host has every network of the VM. */
export const network: Filter = {
  name: 'Network',
  reads: 'host',
  fits: (world, { spec }, slot) => missing(world.hosts.spec(slot), spec) === undefined,
  refusal: (world, { spec }, slot) => unresolvable(`no network ${missing(world.hosts.spec(slot), spec) ?? ''}`),
};
