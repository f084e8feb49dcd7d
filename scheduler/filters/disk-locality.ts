import type { VmSpec } from '../types';
import { unresolvable } from './filter';
import type { Filter } from './filter';

function elsewhere(spec: VmSpec, host: string): string | undefined {
  return spec.disks?.find((disk) => disk.madeOn !== undefined && disk.madeOn !== host)?.madeOn;
}

/** A disk that is made in a local pool keeps its VM on that host. */
export const diskLocality: Filter = {
  name: 'DiskLocality',
  reads: 'host',
  fits: (world, { spec }, slot) => elsewhere(spec, world.hosts.spec(slot).name) === undefined,
  refusal: (world, { spec }, slot) =>
    unresolvable(`its disk is on ${elsewhere(spec, world.hosts.spec(slot).name) ?? ''}`),
};
