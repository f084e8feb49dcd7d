/** The state of the fleet in numbers, for metrics. It reads caches and writes nothing. */
import { findCondition } from '../../common/conditions';
import type { HostReason, VMReason } from '../../common/reasons';
import { isVMReason } from '../../common/vm-reasons';
import type { FleetUsage, HostPhase, HostUsage, VMPhase, Waiting } from '../adapters/types';
import { poolOf } from '../plan/pool/pool';
import type { FilterName, HostAccount } from '../../scheduler';
import type { HostDirectory } from './frame/host-directory';
import type { Ledger } from './placement/ledger';
import type { Placement } from './placement/placement';
import type { Caches } from './frame/caches';

function count<K extends string>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

export function fleetUsage(
  caches: Caches,
  directory: HostDirectory,
  term: { readonly ledger: Ledger; readonly placement: Placement },
): FleetUsage {
  const refusalsByFilter: Partial<Record<FilterName, number>> = {};
  for (const { kind, explanation } of term.placement.allUnplaced()) {
    if (kind === 'grow') continue;
    for (const { filter } of explanation.filters) count(refusalsByFilter, filter);
  }
  term.ledger.flush();
  const { scheduler } = term.ledger;
  const unreported = directory.unreported();
  const unjudged = new Set(
    caches.hosts
      .all()
      .filter(({ metadata }) => unreported.includes(metadata.name))
      .map(poolOf),
  );
  const pools = scheduler
    .poolAccounts()
    .map((account) => ({ account, isJudged: account.tolerates === 'yes' || !unjudged.has(account.pool) }));
  return {
    ...hostsOf(caches),
    hosts: scheduler.accounts().map((account) => hostUsage(account, caches, directory)),
    pools,
    ...vmsOf(caches),
    refusalsByFilter,
    unreportedHosts: unreported.length,
    unreadObjects: term.ledger.unread,
  };
}

function hostsOf(caches: Caches): Pick<FleetUsage, 'hostsByPhase' | 'hostsNotReady'> {
  const hostsByPhase: Partial<Record<HostPhase, number>> = {};
  const hostsNotReady: { host: string; reason: HostReason }[] = [];
  for (const { metadata, status } of caches.hosts.all()) {
    count(hostsByPhase, status?.phase ?? 'Pending');
    const ready = findCondition(status?.conditions, 'Ready');
    if (ready !== undefined && ready.status !== 'True')
      hostsNotReady.push({ host: metadata.name, reason: ready.reason as HostReason });
  }
  return { hostsByPhase, hostsNotReady };
}

/**
 * What an agent reports of pools that the fleet does not have is left out: the names would become
 * labels.
 */
function hostUsage(account: HostAccount, caches: Caches, directory: HostDirectory): HostUsage {
  const { cpus = 0, storagePools = [] } = directory.agent(account.host)?.status ?? {};
  const storage = storagePools.flatMap(({ name, present, totalBytes = 0, freeBytes = 0 }) =>
    present && caches.storagePools.get(name) !== undefined ? [{ pool: name, totalBytes, freeBytes }] : [],
  );
  return { account, cpus, storage };
}

function vmsOf(caches: Caches): Pick<FleetUsage, 'vmsByPhase' | 'pendingByReason' | 'vmsNotReadyByReason'> {
  const vmsByPhase: Partial<Record<VMPhase, number>> = {};
  const pendingByReason: Partial<Record<VMReason, Waiting>> = {};
  const vmsNotReadyByReason: Partial<Record<VMReason | 'Other', number>> = {};
  for (const { metadata, status } of caches.vms.all()) {
    const phase = status?.phase ?? 'Pending';
    count(vmsByPhase, phase);
    const ready = findCondition(status?.conditions, 'Ready');
    // A reason may come from an agent, and would become a label.
    if (ready !== undefined && ready.status !== 'True')
      count(vmsNotReadyByReason, isVMReason(ready.reason) ? ready.reason : 'Other');
    if (phase !== 'Pending') continue;
    const scheduled = findCondition(status?.conditions, 'Scheduled');
    const reason = (scheduled?.reason ?? 'Pending') as VMReason;
    const sinceMs = Date.parse(scheduled?.lastTransitionTime ?? metadata.creationTimestamp ?? '');
    pendingByReason[reason] = oneMore(pendingByReason[reason], sinceMs);
  }
  return { vmsByPhase, pendingByReason, vmsNotReadyByReason };
}

function oneMore(before: Waiting | undefined, sinceMs: number): Waiting {
  const all = [before?.sinceMs ?? Infinity, Number.isNaN(sinceMs) ? Infinity : sinceMs];
  const first = Math.min(...all);
  return { vms: (before?.vms ?? 0) + 1, ...(Number.isFinite(first) && { sinceMs: first }) };
}
