/** Which hosts a VM may use by what it says of hosts, whatever their state. */
import { matchesHostTerm, matchesSelector, selectorKey } from '../labels';
import type { HostState, VmSpec } from '../types';
import { hostLabels, hostPool } from './hosts';

/** Whether hostSelector and required host affinity allow a host. */
export function matchesHostRules(spec: VmSpec, host: HostState): boolean {
  if (!spec.hostSelector && !spec.hostAffinity) return true;
  const labels = hostLabels(host);
  if (spec.hostSelector && !matchesSelector(spec.hostSelector, labels)) return false;
  const required = spec.hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesHostTerm(term, labels));
}

/** Whether pool and selectors allow a host, whatever its state. */
export function isEligible(spec: VmSpec, host: HostState): boolean {
  return (spec.pool === undefined || spec.pool === hostPool(host)) && matchesHostRules(spec, host);
}

/** VMs of one key may use the same hosts: the key of who shares a topology spread. */
export function eligibilityKey(spec: VmSpec): string {
  const required = spec.hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!spec.pool && !spec.hostSelector && !required) return '';
  return JSON.stringify([spec.pool, spec.hostSelector && selectorKey(spec.hostSelector), required]);
}
