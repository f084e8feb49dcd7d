/** Whether an order is to be obeyed, and what of it must be remembered first. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { XenDomainSpec, XenDomainStatus } from '../../crds/generated/types';
import { isRunOrder } from '../xl/order';
import { withDisks } from './disks';
import { toldBefore } from './operation';
import { change, isRetired, keeping, wanted } from './record';
import type { DomainRecord } from './record';
import type { HostState, Report, StepInput } from './types';

export type Accepted =
  { readonly ok: true; readonly record: DomainRecord } | { readonly ok: false; readonly report: Report };

/** An order, and what the status of this very order says. */
export interface Given {
  readonly spec: XenDomainSpec;
  readonly confirmed: boolean;
  readonly invalid?: string;
  readonly madeDisks?: readonly string[];
  readonly operations?: XenDomainStatus['operations'];
}

export function accept(input: StepInput, given: Given): Accepted {
  const accepted = take(input, given);
  if (!accepted.ok) return accepted;
  const { spec, madeDisks = [] } = given;
  const record = wantedAnew(input.record, keeping(accepted.record));
  const made = (spec.disks ?? []).filter((disk) => disk.made === true).map((disk) => disk.name);
  // If the Dom0 has lost its record, what this host has told the API before is believed.
  const told = input.record ? [] : madeDisks;
  return { ok: true, record: withDisks(record, spec, [...made, ...told]) };
}

/** A shutdown that was taken back must not shorten the grace period of the next one. */
function wantedAnew(before: DomainRecord | undefined, record: DomainRecord): DomainRecord {
  const isNew = before !== undefined && wanted(before) === 'Running' && wanted(record) !== 'Running';
  return isNew ? change(record, { stopping: undefined }) : record;
}

function take(input: StepInput, given: Given): Accepted {
  const { spec, confirmed, operations } = given;
  const refusal = refuse(input, spec, given.invalid);
  if (refusal) return { ok: false, report: refusal };
  const bootID = confirmed ? { confirmedBootID: input.host.bootID } : {};
  const { record } = input;
  const told = operations ? { operations: toldBefore({ operations }) } : {};
  if (!record) return { ok: true, record: { ...firstRecord(input.uuid, spec), ...told, ...bootID } };
  if (spec.epoch > record.epoch) return { ok: true, record: change(nextEpoch(record, spec), { ...bootID }) };
  const edited = !isDeepStrictEqual(withoutOperation(record.order), withoutOperation(spec));
  return {
    ok: true,
    record: change(record, {
      ...bootID,
      order: spec,
      vm: spec.vm,
      frozen: undefined,
      // Somebody has edited the order, so what failed before may work now.
      ...(edited && { nextStartMs: undefined, deleteFailure: undefined, failures: 0 }),
    }),
  };
}

function refuse({ host, record }: StepInput, spec: XenDomainSpec, invalid: string | undefined): Report | undefined {
  const no = (reason: Report['reason'], message: string): Report => ({
    phase: 'Unknown',
    ready: 'False',
    reason,
    message,
  });
  const foreign = foreignFleet(host, spec);
  if (foreign !== undefined) return no('ForeignFleet', foreign);
  if (record && (record.vm.namespace !== spec.vm.namespace || record.vm.name !== spec.vm.name)) {
    const owner = `${record.vm.namespace}/${record.vm.name}`;
    return no('InvalidOrder', `this UUID belongs to ${owner} here, not to ${spec.vm.namespace}/${spec.vm.name}`);
  }
  const stale = staleEpoch(record, spec);
  if (stale !== undefined) return no('StaleEpoch', stale);
  if (invalid !== undefined) return no('InvalidOrder', invalid);
  if (spec.desired !== 'Absent' && !isRunOrder(spec))
    return no('InvalidOrder', 'type, vcpus, memory and runPolicy are needed unless desired is Absent');
  return undefined;
}

function staleEpoch(record: DomainRecord | undefined, { epoch, desired }: XenDomainSpec): string | undefined {
  const refused = record?.refusedEpoch ?? 0;
  if (epoch <= refused && desired !== 'Absent')
    return `epoch ${epoch} is not above ${refused}, which is refused here; claim anew above it`;
  // An older order to be Absent is obeyed only if there is nothing newer that it could end.
  if (record && epoch < record.epoch && !(desired === 'Absent' && isRetired(record)))
    return `epoch ${epoch} is below ${record.epoch}, which this host has obeyed already`;
  return undefined;
}

function foreignFleet(host: HostState, spec: XenDomainSpec): string | undefined {
  if (host.fleetID === spec.fleetID) return undefined;
  return host.fleetID === undefined
    ? 'this host belongs to no fleet yet'
    : `this host belongs to fleet ${host.fleetID}; the order is of fleet ${spec.fleetID}`;
}

/** An operation alone edits nothing. */
const withoutOperation = ({ operation: _operation, ...rest }: XenDomainSpec): object => rest;

function firstRecord(uuid: string, spec: XenDomainSpec): DomainRecord {
  const { fleetID, vm, epoch } = spec;
  return { version: 1, uuid, fleetID, vm, epoch, order: spec, restarts: 0, failures: 0, disks: [] };
}

/**
 * The record under a new epoch. What runs is taken over as it is, and earlier failures do not
 * count. The end of the last run is kept: a guest that has done its work is not run again because
 * the claim was made anew, for instance after a boot of the host. A create that was not heard of
 * since is kept, too.
 */
function nextEpoch(record: DomainRecord, spec: XenDomainSpec): DomainRecord {
  const { started, creating } = record;
  const { epoch } = spec;
  return change(record, {
    ...(started?.epoch === record.epoch && { started: { ...started, epoch } }),
    ...(creating?.epoch === record.epoch && { creating: { ...creating, epoch } }),
    epoch,
    order: spec,
    vm: spec.vm,
    fleetID: spec.fleetID,
    confirmedBootID: undefined,
    stopping: undefined,
    nextStartMs: undefined,
    lastFailure: undefined,
    frozen: undefined,
    deletedDisks: undefined,
    deleteFailure: undefined,
    restarts: 0,
    failures: 0,
  });
}
