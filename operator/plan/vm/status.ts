/** What the XenVM shows: phase and conditions in the sense of kstatus. Pure; `now` is RFC 3339. */
import type { XenDomain, XenVM, XenVMStatus } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { findCondition, mergeConditions, type ConditionInput } from '../../../common/conditions';
import type { VMReason } from '../../../common/reasons';
import { desiredOf } from './order';
import { shownDisks } from './disks';
import type { Hold } from './action';
import type { HostView, VmFacts } from './facts';
import { mayRun } from './whereabouts';

/** The part of the status that is applied. The rest belongs to the claim and its field manager. */
export type ShownStatus = Omit<XenVMStatus, 'placement' | 'domainUUID' | 'reserved'>;

interface Verdict {
  readonly phase: NonNullable<XenVMStatus['phase']>;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: VMReason;
  readonly message: string;
  readonly stalled: boolean;
}

/** Reasons of a failed domain that time alone does not heal. */
export const NEEDS_SOMEBODY: ReadonlySet<string> = new Set<VMReason>([
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
  'ForeignDomain',
  'ZombieDomain',
  'DependencyMissing',
  'ConfigRejected',
  'ForeignFleet',
]);

type DomainPhase = NonNullable<NonNullable<XenDomain['status']>['phase']>;

function phaseOf(phase: DomainPhase | undefined): Verdict['phase'] {
  return phase === undefined || phase === 'Absent' ? 'Scheduled' : phase;
}

/** What the agent says of this epoch. What it said of an older one does not count. */
function said(order: XenDomain | undefined): NonNullable<XenDomain['status']> {
  return order?.status !== undefined && order.status.epoch === order.spec.epoch ? order.status : {};
}

function domainVerdict(vm: XenVM, order: XenDomain): Verdict {
  const report = said(order);
  const phase = phaseOf(report.phase);
  const word = findCondition(report.conditions, 'Ready');
  const reason = (word?.reason as VMReason | undefined) ?? 'Scheduled';
  const message = word?.message ?? 'waiting for the agent of the host to take the order up';
  if (isReached(vm, order, phase, reason)) return { phase, ready: 'True', reason, message, stalled: false };
  const stalled = NEEDS_SOMEBODY.has(reason);
  return { phase, ready: phase === 'Unknown' ? 'Unknown' : 'False', reason, message, stalled };
}

/** With Once and RerunOnFailure the work is done when the guest has powered itself off. */
function isReached(vm: XenVM, order: XenDomain, phase: Verdict['phase'], reason: VMReason): boolean {
  if (desiredOf(vm, order.spec) === 'Stopped') return phase === 'Stopped';
  return phase === 'Running' || (phase === 'Stopped' && reason === 'Finished');
}

function hostVerdict(host: HostView | undefined, name: string): Verdict | undefined {
  if (host !== undefined && host.state !== 'Unknown' && host.state !== 'Pending') return undefined;
  const message = host?.message ?? `there is no XenHost ${name}`;
  return { phase: 'Unknown', ready: 'Unknown', reason: 'HostUnknown', message, stalled: false };
}

function verdictOf(f: VmFacts, held: Hold | undefined): Verdict {
  if (f.vm.metadata.deletionTimestamp !== undefined) {
    const ending: Hold = { reason: 'Terminating', message: 'the domain is being ended' };
    const needs = held?.stalled === true ? held : needsSomebody(f);
    const { reason, message, stalled = false } = needs ?? held ?? ending;
    return { phase: 'Terminating', ready: 'False', reason, message, stalled };
  }
  const claim = f.vm.status?.placement;
  if (claim !== undefined) return claimedVerdict(f, claim.host, held);
  const { reason, message, stalled = false } = held ?? unplacedHold(f);
  return { phase: 'Pending', ready: 'False', reason, message, stalled };
}

/** What an agent waits for if only somebody's act helps: until then it ends nothing. */
function needsSomebody(f: VmFacts): Hold | undefined {
  const words = f.orders.map(({ order }) => findCondition(said(order).conditions, 'Ready'));
  const word = words.find((one) => one?.status !== 'True' && NEEDS_SOMEBODY.has(one?.reason ?? ''));
  return word && { reason: word.reason as VMReason, message: word.message ?? '', stalled: true };
}

function claimedVerdict(f: VmFacts, host: string, held: Hold | undefined): Verdict {
  const order = orderOf(f);
  const silent = hostVerdict(f.hosts[host], host);
  if (silent !== undefined) return onSilentHost(f, { silent, held, host });
  const seen = order === undefined ? undefined : domainVerdict(f.vm, order);
  // If the guest is as it should be, or needs somebody, that matters more than a passing hold.
  if (seen !== undefined && (held === undefined || (held.stalled !== true && (seen.ready === 'True' || seen.stalled))))
    return seen;
  const { reason, message, stalled = false } = held ?? { reason: 'Scheduled' as const, message: `claimed on ${host}` };
  const phase = seen?.phase ?? 'Scheduled';
  return { phase, ready: phase === 'Unknown' ? 'Unknown' : 'False', reason, message, stalled };
}

interface OnSilentHost {
  readonly silent: Verdict;
  readonly held: Hold | undefined;
  readonly host: string;
}

/** If its host is proved dead, and no other one takes the VM, its owner must read that. */
function onSilentHost({ hosts, unplaced }: VmFacts, { silent, held, host }: OnSilentHost): Verdict {
  if (held !== undefined) return held.stalled ? { ...silent, ...held, stalled: true } : silent;
  if (hosts[host]?.dead !== true || unplaced?.kind !== 'place') return silent;
  const message = `host ${host} is declared dead, and no other host takes the VM: ${unplaced.message}`;
  return { phase: 'Pending', ready: 'False', reason: 'Unschedulable', message, stalled: true };
}

/** The order on the host of the claim. */
function orderOf(f: VmFacts): XenDomain | undefined {
  const host = f.vm.status?.placement?.host;
  return f.orders.find((placed) => placed.host === host)?.order;
}

function unplacedHold(f: VmFacts): Hold {
  if (f.unplaced !== undefined) return { reason: 'Unschedulable', message: f.unplaced.message, stalled: true };
  return { reason: 'Pending', message: 'waiting to be placed' };
}

function conditionsOf(f: VmFacts, verdict: Verdict): ConditionInput[] {
  const host = f.vm.status?.placement?.host;
  const { ready, reason, message } = verdict;
  const ungrown = host !== undefined && f.unplaced?.kind === 'grow' ? f.unplaced.message : undefined;
  const fields = said(orderOf(f)).restartRequired ?? [];
  const restart = `takes effect at the next start of the domain: ${fields.join(', ')}`;
  const conditions: ConditionInput[] = [
    { type: 'Ready', status: ready, reason, message },
    stalledOf(verdict, ungrown),
    host === undefined || reason === 'Unschedulable'
      ? { type: 'Scheduled', status: 'False', reason, message }
      : { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: `on ${host}` },
    fields.length > 0
      ? { type: 'RestartRequired', status: 'True', reason: 'SpecChanged', message: restart }
      : { type: 'RestartRequired', status: 'False', reason: 'UpToDate', message: '' },
    ...(ungrown === undefined
      ? []
      : [{ type: 'Resized', status: 'False', reason: 'NoRoom', message: ungrown } as const]),
  ];
  const moved = movedPools(f);
  if (moved !== undefined)
    conditions.push({ type: 'PoolPathChanged', status: 'True', reason: 'PoolPathChanged', message: moved });
  const observedGeneration = f.vm.metadata.generation ?? 0;
  return conditions.map((condition) => ({ ...condition, observedGeneration }));
}

/** If a pool was made anew in another folder, no disk moves with it. */
function movedPools({ resolution }: VmFacts): string | undefined {
  const disks = 'wanted' in resolution ? resolution.wanted.disks.filter((disk) => disk.poolPath !== undefined) : [];
  if (disks.length === 0) return undefined;
  const places = disks.map(
    ({ name, pool, path, poolPath }) => `${name} stays in ${path}, pool ${pool} is now ${poolPath}`,
  );
  return `a disk stays in the folder that it was made in: ${places.join('; ')}`;
}

/**
 * A VM that finds no room to grow is as ready as before. It is stalled: only somebody's act, or the
 * end of other VMs, helps.
 */
function stalledOf({ stalled, reason, message }: Verdict, ungrown: string | undefined): ConditionInput {
  if (stalled) return { type: 'Stalled', status: 'True', reason, message };
  if (ungrown !== undefined) return { type: 'Stalled', status: 'True', reason: 'NoRoom', message: ungrown };
  return { type: 'Stalled', status: 'False', reason: 'NotStalled', message: '' };
}

function grantedBy(order: XenDomain | undefined): ShownStatus['granted'] {
  const { vcpus, memory } = order?.spec ?? {};
  return vcpus && memory ? { vcpus: vcpus.count, memory: `${memory.maxMiB}Mi` } : undefined;
}

type Networks = NonNullable<ShownStatus['networks']>;

/** An agent that lies must not claim the address of another VM: only those that we gave count. */
function givenOnly(told: Networks, given: readonly (Networks | undefined)[]): Networks {
  const known = new Set(given.flatMap((networks = []) => networks.map(({ mac }) => mac)));
  return told.filter(({ mac }) => known.has(mac));
}

/**
 * The addresses that are taken: a guest keeps those that it was started with until it ends. While
 * that is not known, nothing is let go that was told before.
 */
function shownNetworks({ status }: XenVM, order: XenDomain | undefined): ShownStatus['networks'] {
  if (order === undefined) return undefined;
  const inForce = order.status?.granted?.networks;
  const ordered = order.spec.networks?.map(({ name, mac }) => ({ name, mac }));
  const kept = inForce && givenOnly(inForce, [ordered, status?.networks]);
  if (kept !== undefined) return kept.length > 0 ? kept : undefined;
  return mayRun(order) && order.status?.phase !== 'Running' ? (status?.networks ?? ordered) : ordered;
}

/** What the status should say now. `held` is what the plan waits for. */
export function showVm(f: VmFacts, held: Hold | undefined, now: string): ShownStatus {
  const { metadata, status } = f.vm;
  const order = orderOf(f);
  const verdict = verdictOf(f, held);
  const wanted = 'wanted' in f.resolution ? f.resolution.wanted : undefined;
  return defined({
    observedGeneration: metadata.generation ?? 0,
    phase: verdict.phase,
    classUID: order === undefined ? undefined : (wanted?.classUID ?? status?.classUID),
    granted: grantedBy(order),
    networks: shownNetworks(f.vm, order),
    disks: shownDisks(f.vm, f.resolution),
    lastTermination: order?.status?.lastTermination ?? status?.lastTermination,
    conditions: mergeConditions(status?.conditions, conditionsOf(f, verdict), now),
  });
}

/** A state that passes by itself within moments is not worth a write until it has lasted. */
export function isTransient(status: ShownStatus): boolean {
  const ready = findCondition(status.conditions, 'Ready');
  if (ready?.status === 'True' || findCondition(status.conditions, 'Stalled')?.status === 'True') return false;
  return ['Pending', 'Scheduled', 'Starting', 'Stopping', 'Terminating'].includes(status.phase ?? '');
}
