/** What the XenVM shows: phase and conditions in the sense of kstatus. Pure; `now` is RFC 3339. */
import type { XenDomain, XenVM, XenVMStatus } from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { findCondition, mergeConditions, type ConditionInput } from '../../common/conditions';
import type { VMReason } from '../../common/reasons';
import { desiredOf } from './order';
import { shownDisks } from './disks';
import type { Hold } from './vm';
import type { HostView, VmWorld } from './world';

/** The part of the status that is applied; placement and domainUUID belong to the claim and its own field manager. */
export type ShownStatus = Omit<XenVMStatus, 'placement' | 'domainUUID'>;

interface Verdict {
  readonly phase: NonNullable<XenVMStatus['phase']>;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: VMReason;
  readonly message: string;
  readonly stalled: boolean;
}

/** Reasons of a failed domain that time alone does not heal. */
const NEEDS_SOMEBODY: ReadonlySet<string> = new Set<VMReason>([
  'InvalidOrder',
  'PolicyRefused',
  'ImageMissing',
  'ImageTooLarge',
  'ImageNotRaw',
  'PoolMissing',
  'DiskMissing',
  'DiskNotOwned',
  'BridgeMissing',
  'KernelMissing',
  'NameConflict',
  'DuplicateDomain',
  'ConfigRejected',
  'ForeignFleet',
]);

type DomainPhase = NonNullable<NonNullable<XenDomain['status']>['phase']>;

function phaseOf(phase: DomainPhase | undefined): Verdict['phase'] {
  return phase === undefined || phase === 'Absent' ? 'Scheduled' : phase;
}

/** What the agent says of this epoch; nothing of an older one counts. */
function said(order: XenDomain | undefined): NonNullable<XenDomain['status']> {
  return order?.status !== undefined && order.status.epoch === order.spec.epoch ? order.status : {};
}

function domainVerdict(vm: XenVM, order: XenDomain): Verdict {
  const report = said(order);
  const phase = phaseOf(report.phase);
  const word = findCondition(report.conditions, 'Ready');
  const reason = (word?.reason as VMReason | undefined) ?? 'Scheduled';
  const message = word?.message ?? 'waiting for the agent of the host to take the order up';
  if (isReached(vm, phase, reason)) return { phase, ready: 'True', reason, message, stalled: false };
  const stalled = NEEDS_SOMEBODY.has(reason);
  return { phase, ready: phase === 'Unknown' ? 'Unknown' : 'False', reason, message, stalled };
}

/** Once and RerunOnFailure have done their work when the guest has powered itself off. */
function isReached(vm: XenVM, phase: Verdict['phase'], reason: VMReason): boolean {
  if (desiredOf(vm) === 'Stopped') return phase === 'Stopped';
  return phase === 'Running' || (phase === 'Stopped' && reason === 'Finished');
}

function hostVerdict(host: HostView | undefined, name: string): Verdict | undefined {
  if (host !== undefined && host.state !== 'Unknown' && host.state !== 'Pending') return undefined;
  const message = host?.message ?? `there is no XenHost ${name}`;
  return { phase: 'Unknown', ready: 'Unknown', reason: 'HostUnknown', message, stalled: false };
}

function verdictOf(w: VmWorld, held: Hold | undefined): Verdict {
  if (w.vm.metadata.deletionTimestamp !== undefined) {
    const { reason, message } = held ?? { reason: 'Terminating' as const, message: 'the domain is being ended' };
    return { phase: 'Terminating', ready: 'False', reason, message, stalled: false };
  }
  const claim = w.vm.status?.placement;
  if (claim !== undefined) return claimedVerdict(w, claim.host, held);
  const { reason, message, stalled = false } = held ?? unplacedHold(w);
  return { phase: 'Pending', ready: 'False', reason, message, stalled };
}

function claimedVerdict(w: VmWorld, host: string, held: Hold | undefined): Verdict {
  const order = orderOf(w);
  const silent = hostVerdict(w.host(host), host);
  if (silent !== undefined) return held?.stalled ? { ...silent, ...held, stalled: true } : silent;
  if (order !== undefined && held?.stalled !== true) return domainVerdict(w.vm, order);
  const { reason, message, stalled = false } = held ?? { reason: 'Scheduled' as const, message: `claimed on ${host}` };
  const phase = order === undefined ? 'Scheduled' : domainVerdict(w.vm, order).phase;
  return { phase, ready: 'False', reason, message, stalled };
}

/** The order that the claim stands for. */
function orderOf(w: VmWorld): XenDomain | undefined {
  const host = w.vm.status?.placement?.host;
  return w.orders.find((placed) => placed.host === host)?.order;
}

function unplacedHold(w: VmWorld): Hold {
  if (w.unplaced !== undefined) return { reason: 'Unschedulable', message: w.unplaced.message, stalled: true };
  return { reason: 'Pending', message: 'waiting to be placed' };
}

function conditionsOf(w: VmWorld, verdict: Verdict): ConditionInput[] {
  const host = w.vm.status?.placement?.host;
  const { ready, reason, message, stalled } = verdict;
  const fields = said(orderOf(w)).restartRequired ?? [];
  const restart = `takes effect at the next start of the domain: ${fields.join(', ')}`;
  const conditions: ConditionInput[] = [
    { type: 'Ready', status: ready, reason, message },
    stalled
      ? { type: 'Stalled', status: 'True', reason, message }
      : { type: 'Stalled', status: 'False', reason: 'NotStalled', message: '' },
    host === undefined
      ? { type: 'Scheduled', status: 'False', reason, message }
      : { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: `on ${host}` },
    fields.length > 0
      ? { type: 'RestartRequired', status: 'True', reason: 'SpecChanged', message: restart }
      : { type: 'RestartRequired', status: 'False', reason: 'UpToDate', message: '' },
  ];
  const moved = movedPools(w);
  if (moved !== undefined)
    conditions.push({ type: 'PoolPathChanged', status: 'True', reason: 'PoolPathChanged', message: moved });
  const observedGeneration = w.vm.metadata.generation ?? 0;
  return conditions.map((condition) => ({ ...condition, observedGeneration }));
}

/** A pool that was made anew in another folder takes no disk with it. */
function movedPools({ resolution }: VmWorld): string | undefined {
  const disks = 'wanted' in resolution ? resolution.wanted.disks.filter((disk) => disk.poolPath !== undefined) : [];
  if (disks.length === 0) return undefined;
  const places = disks.map(
    ({ name, pool, path, poolPath }) => `${name} stays in ${path}, pool ${pool} is now ${poolPath}`,
  );
  return `a disk stays in the folder that it was made in: ${places.join('; ')}`;
}

function grantedBy(order: XenDomain | undefined): ShownStatus['granted'] {
  const { vcpus, memory } = order?.spec ?? {};
  return vcpus && memory ? { vcpus: vcpus.count, memory: `${memory.maxMiB}Mi` } : undefined;
}

/** What the status should say now. `held` is what the plan waits for. */
export function showVm(w: VmWorld, held: Hold | undefined, now: string): ShownStatus {
  const { metadata, status } = w.vm;
  const order = orderOf(w);
  const verdict = verdictOf(w, held);
  const wanted = 'wanted' in w.resolution ? w.resolution.wanted : undefined;
  return defined({
    observedGeneration: metadata.generation ?? 0,
    phase: verdict.phase,
    classUID: order === undefined ? undefined : (wanted?.classUID ?? status?.classUID),
    granted: grantedBy(order),
    networks: order?.spec.networks?.map(({ name, mac }) => ({ name, mac })),
    disks: shownDisks(w.vm, w.resolution),
    lastTermination: order?.status?.lastTermination ?? status?.lastTermination,
    conditions: mergeConditions(status?.conditions, conditionsOf(w, verdict), now),
  });
}

/** A state that passes by itself within moments: not worth a write until it has lasted. */
export function isTransient(status: ShownStatus): boolean {
  const ready = findCondition(status.conditions, 'Ready');
  if (ready?.status === 'True' || findCondition(status.conditions, 'Stalled')?.status === 'True') return false;
  return ['Pending', 'Scheduled', 'Starting', 'Stopping', 'Terminating'].includes(status.phase ?? '');
}
