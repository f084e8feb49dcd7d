/** The status of a XenDomain out of what is known. Pure; the times come in. */
import type { XenDomain, XenDomainStatus } from '../../crds/generated/types';
import { mergeConditions } from '../../common/conditions';
import { restartRequired } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';
import type { Report } from '../reconcile/types';

export interface DomainStatusInput {
  readonly domain: XenDomain;
  readonly record: DomainRecord | undefined;
  readonly report: Report;
  readonly bootID: string;
  readonly domid: number | undefined;
  readonly nowMs: number;
}

export function domainStatus(input: DomainStatusInput): XenDomainStatus {
  const { domain, record, report, bootID, nowMs } = input;
  const generation = domain.metadata.generation ?? 0;
  const { ready, reason, message } = report;
  const condition = { type: 'Ready', status: ready, reason, message, observedGeneration: generation };
  const runs = report.phase === 'Running';
  const required = runs ? restartRequired(record) : [];
  return {
    observedGeneration: generation,
    epoch: domain.spec.epoch,
    phase: report.phase,
    ...(record?.retiredEpoch !== undefined && { retiredEpoch: record.retiredEpoch }),
    bootID,
    ...(runs && domidOf(input)),
    restarts: record?.restarts ?? 0,
    ...(runs && granted(record)),
    ...(required.length > 0 && { restartRequired: required }),
    ...(record !== undefined && record.disks.length > 0 && { madeDisks: [...record.disks].sort() }),
    ...lastTermination(record),
    conditions: mergeConditions(
      domain.status?.conditions,
      [condition],
      new Date(nowMs).toISOString().replace(/\.\d+/, ''),
    ),
  };
}

/** Right after a create it is not known yet; the old one is not right either. */
function domidOf({ domid, domain }: DomainStatusInput): { domid: number } | undefined {
  if (domid !== undefined && domid >= 0) return { domid };
  return domain.status?.phase === 'Running' && domain.status.domid !== undefined
    ? { domid: domain.status.domid }
    : undefined;
}

/** What the domain holds of the host: known where it was started by an agent that remembers. */
function granted(record: DomainRecord | undefined): Pick<XenDomainStatus, 'granted'> | undefined {
  const { vcpus, memory } = record?.started?.applied ?? {};
  return vcpus && memory ? { granted: { vcpus: vcpus.count, memoryMiB: memory.maxMiB } } : undefined;
}

function lastTermination(record: DomainRecord | undefined): Pick<XenDomainStatus, 'lastTermination'> | undefined {
  const last = record?.lastTermination;
  if (!last) return undefined;
  const time = new Date(last.atMs).toISOString().replace(/\.\d+/, '');
  return { lastTermination: { reason: last.reason, time, hostBootID: last.hostBootID } };
}
