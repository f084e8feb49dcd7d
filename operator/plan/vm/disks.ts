/**
 * Which disks of a VM exist already, and where. Pure. A disk is never made again if the VM's
 * status, an order, or a host that keeps it knows it: the VM goes to the disk, and the folder is
 * fixed.
 */
import type { XenAgent, XenVM } from '../../../crds/generated/types';
import type { Resolution, WantedDisk } from './resolve';
import type { Hold } from './action';
import { MAKE_ANEW } from './conflict';
import type { PlacedOrder, RetainedDisk, VmFacts } from './facts';

export interface DiskFacts {
  readonly vm: XenVM;
  readonly orders: readonly PlacedOrder[];
  readonly retained: readonly RetainedDisk[];
}

/** Disks of a UUID that a host keeps, by its last report. Old reports count: disks outlive them. */
export function retainedBy({ metadata, status }: XenAgent, uuid: string): RetainedDisk[] {
  const disks = (status?.retainedDisks ?? []).filter((disk) => disk.uuid === uuid);
  return disks.map(({ disk, path, namespace, vmName: name }) => {
    const owner = namespace === undefined || name === undefined ? undefined : { namespace, name };
    return { host: metadata.name, disk, path, owner };
  });
}

interface Place {
  readonly path: string;
  readonly host: string | undefined;
}

const isOwnDisk = ({ metadata }: XenVM, owner: RetainedDisk['owner']): boolean =>
  owner?.namespace === metadata.namespace && owner?.name === metadata.name;

function orderedPlaces({ vm, orders }: DiskFacts, { name, pool }: WantedDisk): Place[] {
  return orders.flatMap(({ host, order: { spec, status, metadata } }) => {
    const disk = spec.disks?.find((entry) => entry.name === name && entry.pool === pool);
    if (disk === undefined || !isOwnDisk(vm, spec.vm)) return [];
    // The status may be of an older order, and speak of a disk in another pool.
    const isCurrent = status?.observedGeneration === metadata.generation;
    const isMade = disk.made === true || (isCurrent && status?.madeDisks?.includes(name) === true);
    return isMade ? [{ path: disk.path, host }] : [];
  });
}

/** Where the disk exists. Empty if that is not known. */
function placesOf(facts: DiskFacts, disk: WantedDisk): Place[] {
  const told = (facts.vm.status?.disks ?? [])
    .filter(({ name, pool }) => name === disk.name && pool === disk.pool)
    .map(({ path, host }) => ({ path, host }));
  const kept = facts.retained
    .filter((entry) => entry.disk === disk.name && entry.path === disk.path && isOwnDisk(facts.vm, entry.owner))
    .map(({ path, host }) => ({ path, host }));
  return [...told, ...orderedPlaces(facts, disk), ...kept];
}

function withPlace(facts: DiskFacts, disk: WantedDisk): WantedDisk {
  // Every host has its own copy of a read-only disk in a local pool.
  if (disk.locality === 'local' && disk.readOnly) return disk;
  const places = placesOf(facts, disk);
  const [first] = places;
  if (first === undefined) return disk;
  const claimed = facts.vm.status?.placement?.host;
  const hosts = [...new Set(places.flatMap(({ host }) => (host === undefined ? [] : [host])))].sort();
  const madeOn = hosts.find((host) => host === claimed) ?? hosts[0];
  const moved = first.path === disk.path ? {} : { path: first.path, poolPath: disk.path };
  return { ...disk, ...moved, made: true, ...(disk.locality === 'local' && madeOn !== undefined && { madeOn, hosts }) };
}

/** What is wanted, with disks that exist where they are. */
export function withKnownDisks(resolution: Resolution, facts: DiskFacts): Resolution {
  if ('problem' in resolution || resolution.wanted.disks.length === 0) return resolution;
  const { wanted } = resolution;
  return { wanted: { ...wanted, disks: wanted.disks.map((disk) => withPlace(facts, disk)) } };
}

/** For the VM's status: the disks that exist, for when no host and no order can tell any more. */
export function shownDisks(vm: XenVM, resolution: Resolution): NonNullable<XenVM['status']>['disks'] {
  if ('problem' in resolution) return vm.status?.disks;
  const made = resolution.wanted.disks.filter((disk) => disk.made === true);
  if (made.length === 0) return undefined;
  return made.map(({ name, pool, path, madeOn: host }) => ({ name, pool, path, ...(host !== undefined && { host }) }));
}

/** Why a VM that is nowhere yet may not or cannot have the disks of its UUID. */
export function diskConflict(f: VmFacts): Hold | undefined {
  const wanted = 'wanted' in f.resolution ? f.resolution.wanted.disks : [];
  return strangersDisk(f, wanted) ?? lostDisk(f, wanted) ?? untoldDisk(f, wanted);
}

/** The last report of a host is older than its receipt: the next one tells which disks it keeps. */
function untoldDisk({ orders, sightings, hosts }: VmFacts, wanted: readonly WantedDisk[]): Hold | undefined {
  const late = sightings.find(
    (s) =>
      !s.orphan &&
      s.epoch > s.retiredEpoch &&
      orders.every((placed) => placed.host !== s.host) &&
      hosts[s.host]?.dead === false,
  );
  if (late === undefined || wanted.length === 0) return undefined;
  const message = `waiting for the next report of host ${late.host}: it may keep disks of this VM`;
  return { reason: 'HostNotReporting', message, stalled: false };
}

function strangersDisk({ vm, retained }: VmFacts, wanted: readonly WantedDisk[]): Hold | undefined {
  const isKnownOwn = (disk: RetainedDisk): boolean =>
    retained.some((other) => other.disk === disk.disk && other.path === disk.path && isOwnDisk(vm, other.owner));
  const other = retained.find(({ owner }) => owner !== undefined && !isOwnDisk(vm, owner));
  if (other !== undefined) {
    const message = `host ${other.host} keeps disk ${other.disk} of this UUID for another XenVM: only one of its namespace and name gets it back; ${MAKE_ANEW}`;
    return { reason: 'IdentityConflict', message, stalled: true };
  }
  const nobodys = retained.find(
    (disk) =>
      disk.owner === undefined &&
      wanted.some(({ name, path }) => name === disk.disk && path === disk.path) &&
      !isKnownOwn(disk),
  );
  if (nobodys === undefined) return undefined;
  const message = `host ${nobodys.host} keeps disk ${nobodys.disk} of this UUID in ${nobodys.path}, and nobody knows whose it is: an administrator gives it to ${vm.metadata.namespace}/${vm.metadata.name} by an owner file (docs/storage.md); or ${MAKE_ANEW}`;
  return { reason: 'IdentityConflict', message, stalled: true };
}

function lostDisk(f: VmFacts, wanted: readonly WantedDisk[]): Hold | undefined {
  for (const { name, pool, madeOn, hosts = [] } of wanted) {
    if (madeOn === undefined) continue;
    if (hosts.length > 1) {
      const message = `disk ${name} is in pool ${pool} of hosts ${hosts.join(' and ')}: which one is right nobody here can tell; move the wrong one out of the pool`;
      return { reason: 'DiskMissing', message, stalled: true };
    }
    const view = f.hosts[madeOn];
    if (view !== undefined && !view.dead) continue;
    const message = `disk ${name} is in pool ${pool} of host ${madeOn}, which is ${view === undefined ? 'gone from the fleet' : 'declared dead'}: bring the host back, or restore the VM from a backup under another name; a blank disk is never made in its place`;
    return { reason: 'DiskMissing', message, stalled: true };
  }
  return undefined;
}
