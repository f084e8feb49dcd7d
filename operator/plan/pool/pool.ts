/** One XenPool: its rules for the scheduler, and what its status shows. Pure; `now` is RFC 3339. */
import type { XenHost, XenPool, XenPoolStatus } from '../../../crds/generated/types';
import { mergeConditions, type ConditionInput } from '../../../common/conditions';
import { defined } from '../../../common/defined';
import { MIB } from '../../../common/memory';
import type { PoolReason } from '../../../common/reasons';
import { DEFAULT_POOL, type HostLoss, type PoolAccount, type PoolPolicy } from '../../../scheduler';

export const poolOf = ({ spec }: XenHost): string => spec.pool ?? DEFAULT_POOL;

/** A pool without an object has the defaults. */
export function poolPolicy(name: string, pool: XenPool | undefined): PoolPolicy {
  const { vcpuRatio, hostFailuresToTolerate } = pool?.spec ?? {};
  return defined({ name, vcpuRatio, hostFailuresToTolerate });
}

export interface PoolFacts {
  readonly account: PoolAccount;
  /** Hosts of the pool that could hold VMs and have not reported to this leader yet; sorted. */
  readonly unreported: readonly string[];
}

interface Judgement {
  readonly status: ConditionInput['status'];
  readonly reason: PoolReason;
  readonly message: string;
  /** Only a change of the spec or of the hosts helps. */
  readonly stalled?: boolean;
}

const NAMED = 10;

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`;
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function some(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

/**
 * "the loss of h1 would leave 2 of its 5 VMs (8192 MiB): acme.a, acme.b", or what would stay free.
 */
function lossText({ hosts, vms, left, leftBytes, headroomBytes, held }: HostLoss): string {
  const waiting = held > 0 ? `; ${counted(held, 'VM')} would wait there for their disks` : '';
  const loss = `the loss of ${hosts.join(' and ')}`;
  if (left.length > 0) {
    const whose = hosts.length === 1 ? 'its' : 'their';
    return `${loss} would leave ${left.length} of ${whose} ${counted(vms, 'VM')} without a place (${mebibytes(leftBytes)}): ${some(left, NAMED)}${waiting}`;
  }
  const after = headroomBytes >= 0 ? `, after which ${mebibytes(headroomBytes)} would be free in the pool` : '';
  const moved = vms === 0 ? 'no VM' : counted(vms, 'VM');
  return `${loss} would have ${moved} restarted elsewhere${after}${waiting}`;
}

function judge({ account, unreported }: PoolFacts): Judgement {
  const { pool, hosts, hostFailuresToTolerate: failures, tolerates, worstLoss, unjudged } = account;
  if (unjudged !== undefined) {
    const message = `${unjudged}. Nothing new is placed in this pool`;
    return { status: 'False', reason: 'FailuresNotJudged', message, stalled: true };
  }
  const loss = worstLoss === undefined ? `no host is in pool ${pool}` : lossText(worstLoss);
  if (failures === 0) {
    const message = hosts === 0 ? loss : `no room is kept for the VMs of a lost host: ${loss}`;
    return { status: 'True', reason: 'NoFailuresToTolerate', message };
  }
  if (tolerates === 'yes') {
    const worst = hosts === 0 ? loss : `the worst is absorbed: ${loss}`;
    return { status: 'True', reason: 'FailuresTolerated', message: worst };
  }
  // Hosts that have not reported give no room yet, so more losses may be absorbed than it seems.
  if (unreported.length > 0) {
    const message = `waiting for a report of ${some(unreported, NAMED)}`;
    return { status: 'Unknown', reason: 'AwaitingReports', message };
  }
  const message = `${loss}. Nothing new is placed in this pool until that is absorbed: add a host, bring one back, delete VMs, or lower spec.hostFailuresToTolerate`;
  return { status: 'False', reason: 'FailuresNotTolerated', message };
}

function conditionsOf(facts: PoolFacts, observedGeneration: number): ConditionInput[] {
  const { stalled = false, ...verdict } = judge(facts);
  const { reason, message } = verdict;
  const conditions: ConditionInput[] = [
    { type: 'Ready', ...verdict },
    stalled
      ? { type: 'Stalled', status: 'True', reason, message }
      : { type: 'Stalled', status: 'False', reason: 'NotStalled', message: '' },
    { type: 'FailuresTolerated', ...verdict },
  ];
  return conditions.map((condition) => ({ ...condition, observedGeneration }));
}

const quantity = (bytes: number): string => `${Math.floor(bytes / MIB)}Mi`;

function shownLoss({ hosts, vms, bytes, held, left, leftBytes, headroomBytes }: HostLoss): XenPoolStatus['worstLoss'] {
  const gone = { vms: left.length, memory: quantity(leftBytes), names: left.slice(0, NAMED) };
  const absorbed = left.length === 0 && headroomBytes >= 0;
  return {
    hosts: [...hosts],
    vms,
    memory: quantity(bytes),
    held,
    ...(left.length > 0 && { left: gone }),
    ...(absorbed && { headroom: quantity(headroomBytes) }),
  };
}

export function showPool(pool: XenPool, facts: PoolFacts, now: string): XenPoolStatus {
  const { account } = facts;
  const { vcpuRatio, hostFailuresToTolerate, worstLoss } = account;
  const observedGeneration = pool.metadata.generation ?? 0;
  return defined({
    observedGeneration,
    rules: { vcpuRatio, hostFailuresToTolerate },
    hosts: { count: account.hosts, ready: account.readyHosts },
    capacity: {
      cpus: account.cpus,
      vcpus: account.cpus * vcpuRatio,
      memory: quantity(account.totalBytes),
      hvmGuests: account.mostHvmGuests,
    },
    committed: {
      vms: account.vms,
      vcpus: account.committedVcpus,
      memory: quantity(account.committedBytes),
      hvmGuests: account.hvmGuests,
    },
    free: { vcpus: account.freeVcpus, memory: quantity(account.freeBytes), hvmGuests: account.freeHvmGuests },
    worstLoss: worstLoss && shownLoss(worstLoss),
    conditions: mergeConditions(pool.status?.conditions, conditionsOf(facts, observedGeneration), now),
  });
}

/** What is worth a write at once: all but the figures, which change with every VM. */
export function gist({ observedGeneration, rules, conditions }: XenPoolStatus): object {
  const verdicts = conditions?.map(({ type, status, reason }) => [type, status, reason]);
  return { observedGeneration, rules, verdicts };
}
