/** Which hosts a VM may use by what it says of hosts, whatever their state. */
import { matchesHostTerm, matchesSelector, selectorKey, tolerates } from './labels';
import type { HostState, Taint, VmSpec } from '../types';
import { hostLabels, hostPool } from './host-facts';

/** Whether hostSelector and required host affinity allow a host. */
export function matchesHostRules(spec: VmSpec, host: HostState): boolean {
  if (!spec.hostSelector && !spec.hostAffinity) return true;
  const labels = hostLabels(host);
  if (spec.hostSelector && !matchesSelector(spec.hostSelector, labels)) return false;
  const required = spec.hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesHostTerm(term, labels));
}

/** The host is in the pool that the VM asks for, if it asks for one. */
export const isInPool = ({ pool }: VmSpec, host: HostState): boolean => pool === undefined || pool === hostPool(host);

/** The pool is for others only. */
export const isDenied = ({ deniedPools }: VmSpec, host: HostState): boolean =>
  deniedPools?.includes(hostPool(host)) === true;

/** Whether pool and selectors allow a host, whatever its state. */
export function isEligible(spec: VmSpec, host: HostState): boolean {
  return isInPool(spec, host) && !isDenied(spec, host) && matchesHostRules(spec, host);
}

/** The first taint that keeps the VM away. */
export function untoleratedTaint({ tolerations }: VmSpec, { taints }: HostState): Taint | undefined {
  return taints?.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint));
}

export function missingNetwork({ networks }: VmSpec, host: HostState): string | undefined {
  return networks?.find((network) => !(host.networks ?? []).includes(network));
}

/**
 * Whether the host could take the VM if it were ready and had room: otherwise nothing can be spread
 * to it.
 */
export function isOpenTo(spec: VmSpec, host: HostState): boolean {
  return (
    untoleratedTaint(spec, host) === undefined &&
    missingNetwork(spec, host) === undefined &&
    host.guestTypes.includes(spec.type)
  );
}

/** VMs of one key may use the same hosts: the key of who shares a topology spread. */
export function eligibilityKey(spec: VmSpec): string {
  const { type, pool, deniedPools, hostSelector, hostAffinity, tolerations, networks } = spec;
  const required = hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const rules = [pool, deniedPools, hostSelector && selectorKey(hostSelector), required];
  if (!rules.some(Boolean) && !tolerations?.length && !networks?.length) return type;
  return JSON.stringify([type, ...rules, tolerations, networks]);
}
