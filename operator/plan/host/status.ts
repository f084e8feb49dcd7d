/** What the status of a XenHost says. Pure; `now` is RFC 3339. */
import type { XenAgentStatus, XenHost, XenHostStatus } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { mergeConditions } from '../../../common/conditions';
import { MIB } from '../../../common/memory';
import { isOtherMachine, judge, machineOf, refutedDeath, type HostFacts } from './view';

/** What the ledger counts on a host. */
export interface HostUsage {
  readonly vms: number;
  readonly vcpus: number;
  readonly committedBytes: number;
  readonly freeBytes: number;
  /** HVM guests, foreign ones among them, and how many Dom0 carries. */
  readonly hvmGuests: number;
  readonly mostHvmGuests: number;
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MIB)}Mi`;

export function showHost(host: XenHost, facts: HostFacts, usage: HostUsage | undefined, now: string): XenHostStatus {
  const { state, reason, message } = judge(host, facts);
  const reported = facts.agent?.status ?? {};
  // What another machine reports is not shown as this host's, least of all its boot, which somebody
  // might declare dead.
  const told: XenAgentStatus = isOtherMachine(machineOf(host), reported) ? {} : reported;
  const { bootID = host.status?.bootID, xen, cpus, memory, machineID } = told;
  const words = { Ready: 'True', NotReady: 'False', Pending: 'False', Unknown: 'Unknown' } as const;
  const observedGeneration = host.metadata.generation ?? 0;
  const ready = { type: 'Ready', status: words[state], reason, message, observedGeneration };
  return defined({
    observedGeneration,
    phase: host.metadata.deletionTimestamp === undefined ? state : ('Terminating' as const),
    bootID,
    machineID: machineOf(host) ?? machineID,
    refutedDeath: refutedDeath(host, facts),
    xenVersion: xen?.version,
    capacity: defined({
      cpus,
      memory: memory?.totalMiB === undefined ? undefined : `${memory.totalMiB}Mi`,
      hvmGuests: usage?.mostHvmGuests,
    }),
    ...(usage && {
      committed: {
        vms: usage.vms,
        vcpus: usage.vcpus,
        memory: mebibytes(usage.committedBytes),
        hvmGuests: usage.hvmGuests,
      },
      free: { memory: mebibytes(usage.freeBytes) },
    }),
    conditions: mergeConditions(host.status?.conditions, [ready], now),
  });
}

/** The part that is left to compare if only usage changed. */
export function withoutUsage(status: XenHostStatus | undefined): XenHostStatus {
  const { committed: _committed, free: _free, ...rest } = status ?? {};
  return rest;
}
