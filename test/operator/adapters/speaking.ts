/** Metrics that have told of everything once, so that every name and label can be seen. */
import { createMetrics } from '../../../operator/adapters/metrics';
import type { Metrics, FleetUsage } from '../../../operator/adapters/types';
import type { HostAccount, PoolAccount } from '../../../scheduler/types';

const GiB = 2 ** 30;
const STORAGE = [{ pool: 'ssd', totalBytes: 100 * GiB, freeBytes: 40 * GiB }];

export function account(host: string, changes: Partial<HostAccount> = {}): HostAccount {
  return {
    host,
    pool: 'default',
    vms: 3,
    totalBytes: 64 * GiB,
    dom0Bytes: 4 * GiB,
    hypervisorBytes: GiB,
    reservedBytes: GiB,
    foreignBytes: 0,
    orphanBytes: 0,
    guestBytes: 48 * GiB,
    inboundBytes: 0,
    freeBytes: 10 * GiB,
    sharedVcpus: 8,
    dedicatedVcpus: 4,
    freeVcpus: 20,
    hvmGuests: 2,
    mostHvmGuests: 56,
    ...changes,
  };
}

export function poolAccount(pool: string, changes: Partial<PoolAccount> = {}): PoolAccount {
  return {
    pool,
    vcpuRatio: 4,
    hostFailuresToTolerate: 1,
    hosts: 3,
    readyHosts: 2,
    cpus: 48,
    totalBytes: 192 * GiB,
    vms: 5,
    committedVcpus: 12,
    committedBytes: 20 * GiB,
    freeVcpus: 100,
    freeBytes: 90 * GiB,
    hvmGuests: 4,
    mostHvmGuests: 168,
    freeHvmGuests: 110,
    tolerates: 'yes',
    ...changes,
  };
}

export function world(changes: Partial<FleetUsage> = {}): FleetUsage {
  return {
    hostsByPhase: { Ready: 2 },
    hostsNotReady: [{ host: 'beta', reason: 'AgentSilent' }],
    hosts: [{ account: account('alpha'), cpus: 16, storage: STORAGE }],
    pools: [{ account: poolAccount('ssd'), isJudged: true }],
    vmsByPhase: { Running: 3, Pending: 1 },
    pendingByReason: { Unschedulable: { vms: 1, sinceMs: 1_764_081_000_500 } },
    vmsNotReadyByReason: { DuplicateDomain: 1 },
    refusalsByFilter: { Memory: 1 },
    unreportedHosts: 0,
    unreadObjects: 2,
    ...changes,
  };
}

export function speakingMetrics(): Metrics {
  const metrics = createMetrics('1.2.3');
  metrics.onCollect(() =>
    world({ hosts: [{ account: account('alpha', { residualBytes: -5 }), cpus: 16, storage: STORAGE }] }),
  );
  metrics.vmStarted(0.04);
  metrics.placement('placed');
  metrics.reconciled('vm', 'ok', 12);
  metrics.queueDepth('vm', 7);
  metrics.queueWaited('vm', 3);
  metrics.apiRequest({ verb: 'patch', resource: 'xenvms', code: 200, durationMs: 8 });
  metrics.watchState('xenvms', 'paging');
  metrics.watchState('xenvms', 'watching');
  metrics.watchRelisted('xenvms', 'start');
  metrics.missedEvents('xenvms', 2);
  metrics.leading(true);
  metrics.fault('scrape');
  metrics.leftOut('XenNetwork', 1);
  return metrics;
}
