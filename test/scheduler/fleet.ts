/**
 * Builders: a host of 64 GiB with 16 CPUs and a VM of 4 GiB with 2 vCPUs, unless told otherwise.
 */
import { MIB } from '../../common/memory';
import { HOSTNAME_KEY } from '../../scheduler';
import type { HostState, Labels, VmAffinity, VmSpec } from '../../scheduler';

export const GIB = 1024 * MIB;

export function host(name: string, over: Partial<HostState> = {}): HostState {
  return {
    name,
    ready: true,
    totalBytes: 64 * GIB,
    dom0Bytes: 4 * GIB,
    cpus: 16,
    dom0Vcpus: 2,
    guestTypes: ['pv', 'pvh', 'hvm'],
    ...over,
  };
}

export function hosts(count: number, over: (index: number) => Partial<HostState> = () => ({})): HostState[] {
  return Array.from({ length: count }, (_, index) => host(`h${index + 1}`, over(index)));
}

export function vm(name: string, over: Partial<VmSpec> = {}): VmSpec {
  return { key: `uid-${name}`, namespace: 'acme', name, type: 'pvh', vcpus: 2, memoryBytes: 4 * GIB, ...over };
}

/** Required terms on some labels, per host unless told otherwise. */
export function required(matchLabels: Labels, topologyKey = HOSTNAME_KEY): VmAffinity {
  return { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels }, topologyKey }] };
}
