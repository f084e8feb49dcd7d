/** The status of a XenDomain from what is known. Pure; times are arguments. */
import type { XenDomain, XenDomainStatus } from '../../crds/generated/types';
import { xenDomainStatusBounds } from '../../crds/generated/bounds';
import { mergeConditions } from '../../common/conditions';
import { defined } from '../../common/defined';
import { fit } from '../../common/fit';
import { mergePatchOf } from '../../common/merge-patch';
import { knownDisks, knownSizes } from '../reconcile/disks';
import { isForgotten } from '../reconcile/operation';
import type { DomainRecord } from '../reconcile/record';
import { restartRequired } from '../reconcile/restart';
import type { Report } from '../reconcile/types';

export interface DomainStatusInput {
  readonly domain: XenDomain;
  readonly record: DomainRecord | undefined;
  readonly report: Report;
  readonly bootID: string;
  readonly domid: number | undefined;
  readonly nowMs: number;
}

/** The API never refuses it for its size, whatever the host says. */
export function domainStatus(input: DomainStatusInput): XenDomainStatus {
  const status = fit(wholeStatus(input), xenDomainStatusBounds);
  return differsInDomidOnly(input.domain.status, status) ? input.domain.status : status;
}

/** RFC 3339 without fractions, as Kubernetes has it. */
const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');

function wholeStatus(input: DomainStatusInput): XenDomainStatus {
  const { domain, record, report, bootID, nowMs } = input;
  const generation = domain.metadata.generation ?? 0;
  const { ready, reason, message } = report;
  const condition = { type: 'Ready', status: ready, reason, message, observedGeneration: generation };
  const runs = report.phase === 'Running';
  const required = runs ? restartRequired(record) : [];
  const made = record === undefined ? [] : knownDisks(record);
  const disks = record === undefined ? [] : knownSizes(record);
  return {
    observedGeneration: generation,
    epoch: domain.spec.epoch,
    phase: report.phase,
    ...epochs(record, report.phase),
    bootID,
    ...(runs && domidOf(input)),
    restarts: record?.restarts ?? 0,
    ...operations(record),
    ...(runs && granted(record)),
    ...(required.length > 0 && { restartRequired: required }),
    ...(made.length > 0 && { madeDisks: made.sort() }),
    ...(disks.length > 0 && { disks }),
    ...lastTermination(record),
    conditions: mergeConditions(domain.status?.conditions, [condition], time(nowMs)),
  };
}

/** What is kept under runPolicy Manual, and what is known of operations. */
function operations(record: DomainRecord | undefined): Pick<XenDomainStatus, 'kept' | 'operations'> {
  const { kept, operations: known = [], order } = record ?? {};
  const told = known.map(({ uid, phase, reason, message, finishedMs }) =>
    defined({ uid, phase, reason, message, finishedAt: finishedMs === undefined ? undefined : time(finishedMs) }),
  );
  const asked = order?.operation;
  if (record && asked && isForgotten(record, asked))
    told.push({ uid: asked.uid, phase: 'Failed', reason: 'Forgotten', message: FORGOTTEN });
  return { ...(kept && { kept }), ...(told.length > 0 && { operations: told }) };
}

const FORGOTTEN =
  'it was created before operations that ran here long ago, so it may have run, too: make another one if it is still wanted';

/** The receipt is told only with phase Absent, as it says that no domain is there. */
function epochs(
  record: DomainRecord | undefined,
  phase: Report['phase'],
): Pick<XenDomainStatus, 'refusedEpoch' | 'retiredEpoch'> {
  const { refusedEpoch, retiredEpoch } = record ?? {};
  return {
    ...(refusedEpoch !== undefined && { refusedEpoch }),
    ...(phase === 'Absent' && retiredEpoch !== undefined && { retiredEpoch }),
  };
}

/** Right after a create the domid is not known yet, and that of the last run would be wrong. */
function domidOf({ domid, domain, record }: DomainStatusInput): { domid: number } | undefined {
  if (domid !== undefined) return { domid };
  const { status } = domain;
  const sameRun = status?.phase === 'Running' && status.restarts === (record?.restarts ?? 0);
  return sameRun && status.domid !== undefined ? { domid: status.domid } : undefined;
}

/** A domid that is learnt later is not worth a write of its own, as nothing depends on it. */
function differsInDomidOnly(before: XenDomainStatus | undefined, after: XenDomainStatus): before is XenDomainStatus {
  if (before === undefined || before.domid !== undefined) return false;
  const { domid: _domid, ...rest } = after;
  return mergePatchOf(before, rest) === undefined;
}

/** What the domain holds of the host, if an agent that remembers has started it. */
function granted(record: DomainRecord | undefined): Pick<XenDomainStatus, 'granted'> | undefined {
  const { vcpus, memory, networks = [] } = record?.started?.applied ?? {};
  if (vcpus === undefined || memory === undefined) return undefined;
  const addresses = networks.map(({ name, mac }) => ({ name, mac }));
  return { granted: { vcpus: vcpus.count, memoryMiB: memory.maxMiB, networks: addresses } };
}

function lastTermination(record: DomainRecord | undefined): Pick<XenDomainStatus, 'lastTermination'> | undefined {
  const last = record?.lastTermination;
  if (!last) return undefined;
  return { lastTermination: { reason: last.reason, time: time(last.atMs), hostBootID: last.hostBootID } };
}
