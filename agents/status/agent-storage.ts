/**
 * What a host tells of its storage: its pools, and the disks that it keeps for VMs without an order
 * here. Pure.
 */
import type { XenAgent, XenAgentStatus } from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { poolProblem } from '../reconcile/pools';
import type { Pool } from '../reconcile/pools';
import { isRetired } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';
import type { FoundDisk } from '../storage/driver';
import { layoutOf, layouts } from '../storage/drivers';
import type { Observation } from '../xl/observe';

export interface StorageInput {
  readonly agent: XenAgent;
  readonly observation: Observation;
  readonly records: ReadonlyMap<string, DomainRecord>;
  /** ID in the marker of a pool that was used here before. */
  readonly poolID: (pool: Pool) => string | undefined;
}

type PoolStatus = NonNullable<XenAgentStatus['storagePools']>[number];
type RetainedDisk = NonNullable<XenAgentStatus['retainedDisks']>[number];

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function poolStatuses({ agent, observation, poolID }: StorageInput): PoolStatus[] {
  return (agent.spec.storagePools ?? []).map(({ name, path, driver }) => {
    const usage = layoutOf(driver).usage(path, observation);
    const before = agent.status?.storagePools?.find((pool) => pool.name === name);
    const untold = before ?? { name, present: false, message: `the host has not told yet what ${path} is` };
    if (usage.kind === 'unknown') return untold;
    if (usage.kind === 'missing') return { name, present: false, message: usage.message };
    if (!observation.markers) return untold;
    const marker = observation.markers.get(path);
    const problem = poolProblem({ name, path }, marker, poolID({ name, path }));
    if (problem !== undefined || !marker) return { name, present: false, message: problem ?? '' };
    const { totalBytes, freeBytes } = usage;
    // Sums that could not be made this time are reported as before.
    const { usedBytes, diskBytes } = usage.disks ?? before ?? {};
    return { name, present: true, totalBytes, freeBytes, ...defined({ usedBytes, diskBytes }), id: marker.id };
  });
}

/**
<<<<<<< HEAD
 * Disks that no live record here has in its order. The owner file beside a disk outlives the record
 * and says whose it is; without one the owner in the record counts.
=======
 * Disks that no live record here has in its order. Their owner is the one that is noted beside
 * them, which outlives the record; for disks without one the owner in the record counts. Those of a
 * pool that is not there now are told as before: a mount that is missing has deleted nothing.
>>>>>>> e13ee618ab7578485e3a8d18bb83f4129ac9693a
 */
export function retainedDisks(input: StorageInput): RetainedDisk[] {
  const found = layouts
    .flatMap((layout) => layout.find(input.observation))
    .filter((disk) => !isInUse(input, disk))
    .map((disk) => {
      const { uuid, name, path, sizeBytes } = disk;
      return { uuid, disk: name, path, sizeBytes, ...ownerOfDisk(input, disk) };
    });
  const isFound = ({ uuid, disk, path }: RetainedDisk): boolean =>
    found.some((one) => one.uuid === uuid && one.disk === disk && one.path === path);
  const absent = absentPaths(input);
  const unseen = (input.agent.status?.retainedDisks ?? []).filter((one) => {
    const { uuid, disk: name, path } = one;
    return absent.has(path) && !isInUse(input, { uuid, name, path }) && !isFound(one);
  });
  return [...found, ...unseen].sort(
    (a, b) => compare(a.uuid, b.uuid) || compare(a.disk, b.disk) || compare(a.path, b.path),
  );
}

/** Folders of pools of the fleet that are not there now, under whatever name. */
function absentPaths(input: StorageInput): ReadonlySet<string> {
  const present = new Set(poolStatuses(input).flatMap((pool) => (pool.present ? [pool.name] : [])));
  const pools = input.agent.spec.storagePools ?? [];
  const there = new Set(pools.filter(({ name }) => present.has(name)).map(({ path }) => path));
  return new Set(pools.map(({ path }) => path).filter((path) => !there.has(path)));
}

function isInUse({ records }: StorageInput, { uuid, name, path }: Pick<FoundDisk, 'uuid' | 'name' | 'path'>): boolean {
  const record = records.get(uuid);
  if (record === undefined || isRetired(record)) return false;
  return record.order.disks?.some((disk) => disk.name === name && disk.path === path) === true;
}

function ownerOfDisk(
  { agent, observation: { owners }, records: held }: StorageInput,
  { uuid, name: disk, path, owner }: FoundDisk,
): Pick<RetainedDisk, 'namespace' | 'vmName'> {
  // If it were reported without its owner, the disk would be made anew for its VM elsewhere.
  const before = (agent.status?.retainedDisks ?? []).find(
    (one) => owners === undefined && one.uuid === uuid && one.disk === disk && one.path === path,
  );
  if (!owner && before?.vmName !== undefined) return defined({ namespace: before.namespace, vmName: before.vmName });
  const { namespace, name } = owner ?? held.get(uuid)?.vm ?? {};
  return defined({ namespace, vmName: name });
}
