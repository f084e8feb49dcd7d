/**
 * The ledger, pool by pool: the rules in force, the sums over the hosts, and what the loss of hosts
 * would do.
 */
import type { Failover } from './failover/failover';
import { worstLoss } from './failover/losses';
import { hostHvmGuests, hostPool } from './state/host-facts';
import { DEFAULT_VCPU_RATIO } from './types';
import type { PoolAccount } from './types';

/** Names of the pools that have hosts, sorted. */
export function poolNames({ world: { hosts } }: Failover): string[] {
  return [...new Set(hosts.slots().map((slot) => hostPool(hosts.spec(slot))))].sort();
}

export function poolAccount(failover: Failover, pool: string): PoolAccount {
  const { hosts } = failover.world;
  const slots = hosts.slots().filter((slot) => hostPool(hosts.spec(slot)) === pool);
  const { vcpuRatio = DEFAULT_VCPU_RATIO, hostFailuresToTolerate = 0 } = hosts.policy(pool);
  const takesVms = slots.filter((slot) => hosts.spec(slot).ready && hosts.spec(slot).cordoned !== true);
  const sum = (of: readonly number[], amount: (slot: number) => number): number =>
    of.reduce((total, slot) => total + amount(slot), 0);
  const column = (values: ArrayLike<number>): number => sum(slots, (slot) => values[slot] ?? 0);
  const unjudged = failover.unjudged(pool)?.unjudged;
  const losses = slots.length === 0 ? undefined : worstLoss(failover, pool, slots, hostFailuresToTolerate);
  const judged = losses?.tolerated === false ? 'no' : 'yes';
  return {
    pool,
    vcpuRatio,
    hostFailuresToTolerate,
    hosts: slots.length,
    readyHosts: slots.filter((slot) => hosts.spec(slot).ready).length,
    cpus: column(hosts.cpus),
    totalBytes: sum(slots, (slot) => hosts.spec(slot).totalBytes),
    vms: column(hosts.vms),
    committedVcpus: column(hosts.sharedVcpus) + column(hosts.dedicatedVcpus),
    committedBytes: column(hosts.usedBytes),
    hvmGuests: sum(slots, (slot) => hostHvmGuests(hosts.spec(slot)) - hosts.freeHvm(slot)),
    mostHvmGuests: sum(slots, (slot) => hostHvmGuests(hosts.spec(slot))),
    freeVcpus: sum(takesVms, (slot) => Math.max(0, hosts.freeVcpus(slot))),
    freeBytes: sum(takesVms, (slot) => Math.max(0, hosts.freeBytes(slot))),
    freeHvmGuests: sum(takesVms, (slot) => Math.max(0, hosts.freeHvm(slot))),
    tolerates: unjudged === undefined ? judged : 'unjudged',
    ...(losses && { worstLoss: losses.worst }),
    ...(unjudged !== undefined && { unjudged }),
  };
}
