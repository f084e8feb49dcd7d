/** What follows from the state of one host alone. */
import { hypervisorBytes, mostHvmGuests } from '../../common/memory';
import { DEFAULT_POOL, HOSTNAME_KEY } from '../types';
import type { HostState, Labels } from '../types';

export function hostPool(host: HostState): string {
  return host.pool ?? DEFAULT_POOL;
}

/** The labels with the host's own name under the hostname key. */
export function hostLabels(host: HostState): Labels {
  return { ...host.labels, [HOSTNAME_KEY]: host.name };
}

export function hostHypervisorBytes(host: HostState): number {
  return host.hypervisorBytes ?? hypervisorBytes(host.totalBytes);
}

/** What guests may take: nothing at all where nothing can be sold. */
export function guestCapacityBytes(host: HostState): number {
  if (host.notSellableReason !== undefined) return 0;
  const taken = host.dom0Bytes + hostHypervisorBytes(host) + (host.reservedBytes ?? 0);
  return Math.max(0, host.totalBytes - taken - (host.foreignBytes ?? 0) - (host.orphanBytes ?? 0));
}

/** All but what is measured all the time: a change of that changes no filter's static answer. */
export function kindOf(host: HostState): string {
  const pools = host.storage?.map(({ name, locality }) => [name, locality]);
  return JSON.stringify({ ...host, reportedFreeBytes: 0, storage: pools });
}

/** HVM guests that Dom0 carries, whoever has them. */
export function hostHvmGuests(host: HostState): number {
  return host.mostHvmGuests ?? mostHvmGuests(host.dom0Bytes);
}
