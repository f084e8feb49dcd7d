/**
 * What the Dom0 remembers, as its report tells it: whole, or cut and marked as cut. Live records
 * come first. Pure.
 *
 * A record that is not retired and has no order is live (`frozen`), even if the agent has not noted
 * that yet: a create that began under an order of an older list goes on. Every act puts its record
 * into memory in the same turn in which its order is looked at, so a report that is made after a
 * new list misses none.
 */
import type { XenAgentStatus } from '../../crds/generated/types';
import { isRetired } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';

export type ReportedRecord = NonNullable<XenAgentStatus['records']>[number];

/**
 * An order goes only after its receipt was read. Retired records are reported for this time after
 * that, and then remembered on the Dom0 alone.
 */
export const RETIRED_TOLD_MS = 3_600_000;

export interface RecordsInput {
  readonly records: ReadonlyMap<string, DomainRecord>;
  readonly hasOrder: (uuid: string) => boolean;
  readonly bootID: string;
  readonly nowMs: number;
}

export function reportedRecords({ records, hasOrder, bootID, nowMs }: RecordsInput): ReportedRecord[] {
  const ranked = [...records.values()].flatMap((record) => {
    const rank = rankOf(record, hasOrder(record.uuid), nowMs);
    return rank === undefined ? [] : [{ record, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank || (a.record.uuid < b.record.uuid ? -1 : 1));
  return ranked.map(({ record, rank }) => reported(record, rank === LIVE, bootID));
}

const LIVE = 0;
/** As many as the schema allows. */
const MOST_MACS = 16;

/** What a restored or new operator must know first. Undefined if it need not be told any more. */
function rankOf(record: DomainRecord, ordered: boolean, nowMs: number): number | undefined {
  const retired = isRetired(record);
  if (!retired && (!ordered || record.frozen === true)) return LIVE;
  if (!retired) return 1;
  if (ordered) return 2;
  return nowMs - (record.retiredAtMs ?? nowMs) > RETIRED_TOLD_MS ? undefined : 3;
}

function reported(record: DomainRecord, live: boolean, bootID: string): ReportedRecord {
  const { uuid, vm, epoch, order, started, refusedEpoch, retiredEpoch, creating } = record;
  const networks = [order, started?.applied, creating?.applied].flatMap((one) => one?.networks ?? []);
  const macs = [...new Set(networks.map(({ mac }) => mac))].slice(0, MOST_MACS);
  return {
    uuid,
    namespace: vm.namespace,
    name: vm.name,
    epoch,
    ...(refusedEpoch !== undefined && { refusedEpoch }),
    ...(retiredEpoch !== undefined && { retiredEpoch }),
    ...(live && { frozen: true }),
    ...(live && macs.length > 0 && { macs }),
    ...(creating?.bootID === bootID && { creating: true }),
  };
}

export interface Bound {
  readonly entries: number;
  readonly bytes: number;
}

/** As many of the first entries as the bound allows, in JSON, and whether any are left out. */
export function within<T>(all: readonly T[], bound: Bound): { readonly kept: T[]; readonly cut: boolean } {
  const kept: T[] = [];
  let bytes = 0;
  for (const entry of all) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (kept.length >= bound.entries || bytes > bound.bytes) return { kept, cut: true };
    kept.push(entry);
  }
  return { kept, cut: false };
}
