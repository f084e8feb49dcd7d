/** The state of the fleet in numbers, for metrics. It reads caches and writes nothing. */
import { findCondition } from '../../common/conditions';
import type { VMReason } from '../../common/reasons';
import type { HostPhase, VMPhase, FleetUsage } from '../adapters/types';
import { poolOf } from '../plan/pool/pool';
import type { FilterName } from '../../scheduler';
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
  const hostsByPhase: Partial<Record<HostPhase, number>> = {};
  for (const host of caches.hosts.all()) count(hostsByPhase, host.status?.phase ?? 'Pending');
  const vmsByPhase: Partial<Record<VMPhase, number>> = {};
  const pendingByReason: Partial<Record<VMReason, number>> = {};
  for (const { status } of caches.vms.all()) {
    const phase = status?.phase ?? 'Pending';
    count(vmsByPhase, phase);
    const reason = findCondition(status?.conditions, 'Scheduled')?.reason ?? 'Pending';
    if (phase === 'Pending') count(pendingByReason, reason as VMReason);
  }
  const refusalsByFilter: Partial<Record<FilterName, number>> = {};
  for (const { kind, explanation } of term.placement.allUnplaced()) {
    if (kind === 'grow') continue;
    for (const { filter } of explanation.filters) count(refusalsByFilter, filter);
  }
  term.ledger.flush();
  const hosts = term.ledger.scheduler
    .accounts()
    .map((account) => ({ account, cpus: directory.agent(account.host)?.status?.cpus ?? 0 }));
  const unreported = directory.unreported();
  const unjudged = new Set(
    caches.hosts
      .all()
      .filter(({ metadata }) => unreported.includes(metadata.name))
      .map(poolOf),
  );
  const pools = term.ledger.scheduler
    .poolAccounts()
    .map((account) => ({ account, isJudged: account.tolerates === 'yes' || !unjudged.has(account.pool) }));
  return {
    hostsByPhase,
    hosts,
    pools,
    vmsByPhase,
    pendingByReason,
    refusalsByFilter,
    unreportedHosts: unreported.length,
    unreadObjects: term.ledger.unread,
  };
}
