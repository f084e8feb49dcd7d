/** How an act ended, and what is to be remembered of it. Pure. */
import type { Failure } from '../xl/errors';
import type { RunOrder } from '../xl/order';
import { withDisks } from './disks';
import { appliedOf, backOffMs, change, isRestart, refusing } from './record';
import type { DomainRecord } from './record';
import { DELETE_AGAIN_MS } from './stop';

export type CreateOutcome =
  | ({ readonly kind: 'created' } & FoundDisks)
  /** The Dom0 refuses the epoch. */
  | { readonly kind: 'retired'; readonly epoch: number }
  /** The domain may or may not run: look again. */
  | { readonly kind: 'unclear' }
  | ({ readonly kind: 'failed'; readonly failure: Failure } & FoundDisks);

/** The disks that are there now. */
export interface FoundDisks {
  readonly disks: readonly string[];
  /** How large each file is, as the host says. */
  readonly diskSizes?: Readonly<Record<string, number>>;
}

export interface CreateEnd {
  readonly order: RunOrder;
  readonly outcome: CreateOutcome;
  readonly bootID: string;
  readonly nowMs: number;
}

export function afterCreate(record: DomainRecord, { order, outcome, bootID, nowMs }: CreateEnd): DomainRecord {
  switch (outcome.kind) {
    case 'created': {
      return change(withDisks(record, order, outcome.disks, outcome.diskSizes), {
        started: { epoch: order.epoch, bootID, atMs: nowMs, applied: appliedOf(order) },
        creating: undefined,
        ended: undefined,
        stopping: undefined,
        nextStartMs: undefined,
        lastFailure: undefined,
        restarts: record.restarts + (isRestart(record) ? 1 : 0),
      });
    }
    case 'retired':
      return refusing(record, outcome.epoch);
    case 'unclear':
      return record;
    case 'failed': {
      const failures = Math.max(record.failures, 1) + 1;
      return change(withDisks(record, order, outcome.disks, outcome.diskSizes), {
        creating: undefined,
        failures,
        nextStartMs: nowMs + backOffMs(failures),
        lastFailure: outcome.failure,
      });
    }
  }
}

/** The refused epoch is durable, and afterwards the domain was looked for and was not there. */
export function afterRetire(record: DomainRecord, epoch: number, nowMs: number): DomainRecord {
  const retiredEpoch = Math.max(record.retiredEpoch ?? 0, epoch);
  return change(refusing(record, epoch), { retiredEpoch, retiredAtMs: nowMs });
}

export function afterDelete(
  record: DomainRecord,
  deleted: readonly string[],
  failure?: Failure,
  nowMs = 0,
): DomainRecord {
  return change(record, {
    deletedDisks: union(record.deletedDisks ?? [], deleted),
    disks: record.disks.filter((disk) => !deleted.includes(disk)),
    deleteFailure: failure && { ...failure, retryAtMs: nowMs + DELETE_AGAIN_MS },
  });
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
