/** What the XenVM shows: phase and conditions in the sense of kstatus. Pure; `now` is RFC 3339. */
import type { XenDomain, XenVM, XenVMStatus } from '../../crds/generated/types';
import { findCondition, mergeConditions, type ConditionInput } from '../../common/conditions';
import type { VMReason } from '../../common/reasons';
import { desiredOf } from './order';
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
  'DiskMissing',
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

function domainVerdict(vm: XenVM, order: XenDomain): Verdict {
  const current = order.status?.epoch === order.spec.epoch ? order.status : undefined;
  const phase = phaseOf(current?.phase);
  const said = findCondition(current?.conditions, 'Ready');
  const finished = phase === 'Stopped' && said?.reason === 'Finished';
  const reached = desiredOf(vm) === 'Running' ? phase === 'Running' || finished : phase === 'Stopped';
  const reason = (said?.reason as VMReason | undefined) ?? 'Scheduled';
  const message = said?.message ?? `host of the order: waiting for the agent to take it up`;
  if (reached) {
    const fallback = phase === 'Running' ? 'Running' : 'Halted';
    return { phase, ready: 'True', reason: said === undefined ? fallback : reason, message, stalled: false };
  }
  const stalled = NEEDS_SOMEBODY.has(reason);
  return { phase, ready: phase === 'Unknown' ? 'Unknown' : 'False', reason, message, stalled };
}

function hostVerdict(host: HostView | undefined, name: string): Verdict | undefined {
  if (host !== undefined && host.state !== 'Unknown' && host.state !== 'Pending') return undefined;
  const message = host?.message ?? `there is no XenHost ${name}`;
  return { phase: 'Unknown', ready: 'Unknown', reason: 'HostUnknown', message, stalled: false };
}

function verdictOf(w: VmWorld, held: Hold | undefined): Verdict {
  const { vm } = w;
  const claim = vm.status?.placement;
  const order = claim && w.orders.find((o) => o.host === claim.host)?.order;
  if (vm.metadata.deletionTimestamp !== undefined) {
    const message = held?.message ?? 'the domain is being ended';
    return { phase: 'Terminating', ready: 'False', reason: held?.reason ?? 'Terminating', message, stalled: false };
  }
  if (claim === undefined) {
    const { reason, message, stalled = false } = held ?? unplacedHold(w);
    return { phase: 'Pending', ready: 'False', reason, message, stalled };
  }
  const silent = hostVerdict(w.host(claim.host), claim.host);
  if (silent !== undefined) return held?.stalled ? { ...silent, ...held, stalled: true } : silent;
  if (held?.stalled === true || order === undefined) {
    const { reason, message } = held ?? { reason: 'Scheduled' as const, message: `claimed on ${claim.host}` };
    const phase = order === undefined ? 'Scheduled' : domainVerdict(vm, order).phase;
    return { phase, ready: 'False', reason, message, stalled: held?.stalled ?? false };
  }
  return domainVerdict(vm, order);
}

function unplacedHold(w: VmWorld): Hold {
  if (w.unplaced !== undefined) return { reason: 'Unschedulable', message: w.unplaced.message, stalled: true };
  return { reason: 'Pending', message: 'waiting to be placed' };
}

function conditionsOf(w: VmWorld, verdict: Verdict, generation: number): ConditionInput[] {
  const claim = w.vm.status?.placement;
  const order = claim && w.orders.find((o) => o.host === claim.host)?.order;
  const fields = order?.status?.epoch === order?.spec.epoch ? (order?.status?.restartRequired ?? []) : [];
  const observedGeneration = generation;
  return [
    { type: 'Ready', status: verdict.ready, reason: verdict.reason, message: verdict.message, observedGeneration },
    verdict.stalled
      ? { type: 'Stalled', status: 'True', reason: verdict.reason, message: verdict.message, observedGeneration }
      : { type: 'Stalled', status: 'False', reason: 'NotStalled', message: '', observedGeneration },
    claim === undefined
      ? { type: 'Scheduled', status: 'False', reason: verdict.reason, message: verdict.message, observedGeneration }
      : { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: `on ${claim.host}`, observedGeneration },
    fields.length > 0
      ? {
          type: 'RestartRequired',
          status: 'True',
          reason: 'SpecChanged',
          message: `takes effect at the next start of the domain: ${fields.join(', ')}`,
          observedGeneration,
        }
      : { type: 'RestartRequired', status: 'False', reason: 'UpToDate', message: '', observedGeneration },
  ];
}

/** What the status should say now. `held` is what the plan waits for. */
export function showVm(w: VmWorld, held: Hold | undefined, now: string): ShownStatus {
  const { vm } = w;
  const claim = vm.status?.placement;
  const order = claim && w.orders.find((o) => o.host === claim.host)?.order;
  const generation = vm.metadata.generation ?? 0;
  const verdict = verdictOf(w, held);
  const wanted = 'wanted' in w.resolution ? w.resolution.wanted : undefined;
  const vcpus = order?.spec.vcpus?.count;
  const memoryMiB = order?.spec.memory?.maxMiB;
  const classUID = wanted?.classUID ?? vm.status?.classUID;
  const lastTermination = order?.status?.lastTermination ?? vm.status?.lastTermination;
  return {
    observedGeneration: generation,
    phase: verdict.phase,
    ...(classUID !== undefined && claim !== undefined && { classUID }),
    ...(vcpus !== undefined && memoryMiB !== undefined && { granted: { vcpus, memory: `${memoryMiB}Mi` } }),
    ...(order?.spec.networks && { networks: order.spec.networks.map(({ name, mac }) => ({ name, mac })) }),
    ...(lastTermination && { lastTermination }),
    conditions: mergeConditions(vm.status?.conditions, conditionsOf(w, verdict, generation), now),
  };
}

/** A state that passes by itself within moments: not worth a write until it has lasted. */
export function isTransient(status: ShownStatus): boolean {
  const ready = findCondition(status.conditions, 'Ready');
  if (ready?.status === 'True' || findCondition(status.conditions, 'Stalled')?.status === 'True') return false;
  return ['Pending', 'Scheduled', 'Starting', 'Stopping', 'Terminating'].includes(status.phase ?? '');
}
