/** What a host tells of its storage: its pools, and the disks that it keeps for VMs without an order here. Pure. */
import type { XenAgent, XenAgentStatus } from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { poolProblem } from '../reconcile/pools';
import type { Pool } from '../reconcile/pools';
import { isRetired } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';
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

const DISK_FILE = /^(.*)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z0-9][-a-z0-9]*)\.raw$/;

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function poolStatuses({ agent, observation, poolID }: StorageInput): PoolStatus[] {
  return (agent.spec.storagePools ?? []).map(({ name, path }) => {
    const space = observation.pools?.find((pool) => pool.path === path);
    const before = agent.status?.storagePools?.find((pool) => pool.name === name);
    const untold = before ?? { name, present: false, message: `the host has not told yet what ${path} is` };
    if (!observation.pools) return untold;
    if (!space) return { name, present: false, message: `the host has no folder ${path}` };
    if (!observation.markers) return untold;
    const marker = observation.markers.get(path);
    const problem = poolProblem({ name, path }, marker, poolID({ name, path }));
    if (problem !== undefined || !marker) return { name, present: false, message: problem ?? '' };
    const { totalBytes, freeBytes } = space;
    return { name, present: true, totalBytes, freeBytes, ...takenSpace(path, observation, before), id: marker.id };
  });
}

/** What disks take of a pool, now and at most. */
function takenSpace(
  path: string,
  { disks }: Observation,
  before: PoolStatus | undefined,
): Pick<PoolStatus, 'usedBytes' | 'diskBytes'> {
  if (!disks) return defined({ usedBytes: before?.usedBytes, diskBytes: before?.diskBytes });
  const inside = disks.filter((disk) => disk.path.startsWith(`${path}/`));
  return {
    usedBytes: inside.reduce((sum, disk) => sum + disk.usedBytes, 0),
    diskBytes: inside.reduce((sum, disk) => sum + disk.sizeBytes, 0),
  };
}

/**
 * Disks that no live record here has in its order. Their owner is the one in the file beside them,
 * which outlives the record; of disks without one the record's owner counts.
 */
export function retainedDisks(input: StorageInput): RetainedDisk[] {
  const found = (input.observation.disks ?? []).flatMap(({ path, sizeBytes }) => {
    const [, folder, uuid, disk] = DISK_FILE.exec(path) ?? [];
    if (folder === undefined || uuid === undefined || disk === undefined) return [];
    const record = input.records.get(uuid);
    const isLive = record !== undefined && !isRetired(record);
    if (isLive && record.order.disks?.some(({ name, path: at }) => name === disk && at === folder) === true) return [];
    const retained = { uuid, disk, path: folder, sizeBytes };
    return [{ ...retained, ...ownerOfDisk(input, retained) }];
  });
  return found.sort((a, b) => compare(a.uuid, b.uuid) || compare(a.disk, b.disk) || compare(a.path, b.path));
}

function ownerOfDisk(
  { agent, observation: { owners }, records: held }: StorageInput,
  { uuid, disk, path }: RetainedDisk,
): Pick<RetainedDisk, 'namespace' | 'vmName'> {
  const owner = owners?.get(`${path}/${uuid}.${disk}.owner`);
  // A disk without an owner would be made anew for its VM elsewhere.
  const before = (agent.status?.retainedDisks ?? []).find(
    (one) => owners === undefined && one.uuid === uuid && one.disk === disk && one.path === path,
  );
  if (!owner && before?.vmName !== undefined) return defined({ namespace: before.namespace, vmName: before.vmName });
  const { namespace, name } = owner ?? held.get(uuid)?.vm ?? {};
  return defined({ namespace, vmName: name });
}
