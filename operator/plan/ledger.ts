/** From Kubernetes objects to the scheduler's words: what a host offers, what a VM asks. Pure. */
import type { XenAgent, XenDomain, XenHost, XenStoragePool, XenVM } from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { domainOverheadBytes, MIB } from '../../common/memory';
import { parseBytes } from '../../common/quantity';
import type { GuestType, HostState, HostStorage, VmDisk, VmSpec } from '../../scheduler';
import type { Resolution, Wanted } from './resolve';
import type { HostView } from './world';

interface Footprint {
  readonly bytes: number;
  readonly vcpus: number;
}

const NOTHING: Footprint = { bytes: 0, vcpus: 0 };

function footprint(type: GuestType | undefined, vcpus: number, memoryMiB: number): Footprint {
  const memoryBytes = memoryMiB * MIB;
  return { bytes: memoryBytes + domainOverheadBytes({ type: type ?? 'hvm', vcpus, memoryBytes }), vcpus };
}

const add = (a: Footprint, b: Footprint): Footprint => ({ bytes: a.bytes + b.bytes, vcpus: a.vcpus + b.vcpus });

function reportedFootprint(agent: XenAgent, kind: 'orphan' | 'foreign', isClaimed: HostOffer['isClaimed']): Footprint {
  return (agent.status?.domains ?? [])
    .filter((domain) => domain.kind === kind && !isClaimed(domain.uuid))
    .map((domain) => footprint(domain.type, domain.vcpus ?? 1, domain.memoryMiB ?? 0))
    .reduce(add, NOTHING);
}

/** Orders that still stand on a host although no claim counts them there. */
function strayFootprint(orders: readonly XenDomain[]): Footprint {
  return orders
    .map(({ spec }) => footprint(spec.type, spec.vcpus?.max ?? 1, spec.memory?.maxMiB ?? 0))
    .reduce(add, NOTHING);
}

/** What must be known of a storage pool to sell its room. */
export interface PoolTerms {
  readonly locality: HostStorage['locality'];
  /** Bytes of disks per byte of room. */
  readonly overcommitRatio: number;
}

export function poolTerms(pool: XenStoragePool | undefined): PoolTerms | undefined {
  return pool && { locality: pool.spec.locality, overcommitRatio: pool.spec.overcommitRatio ?? 1 };
}

/**
 * Disks are sparse, so what is free now is promised in part already. The room for disks is what is
 * free and what the disks there occupy; times the ratio it may be promised. Of that go the disks that
 * are there, by their sizes, and those that no placed VM counts. What is not free now is never sold.
 */
function storageOf({ agent, terms, isClaimed, isPlaced }: HostOffer): HostStorage[] {
  const { storagePools = [], retainedDisks = [] } = agent?.status ?? {};
  return storagePools.flatMap(({ name, present, freeBytes = 0, usedBytes = 0, diskBytes = 0 }) => {
    const known = terms(name);
    if (!present || known === undefined) return [];
    const { locality, overcommitRatio } = known;
    const isCounted = locality === 'local' ? isClaimed : isPlaced;
    const path = agent?.spec.storagePools?.find((pool) => pool.name === name)?.path;
    const keptBytes = retainedDisks
      .filter((disk) => disk.path === path && !isCounted(disk.uuid))
      .reduce((sum, disk) => sum + (disk.sizeBytes ?? 0), 0);
    const promisable = Math.floor((freeBytes + usedBytes) * overcommitRatio);
    return [
      {
        name,
        locality,
        freeBytes: Math.min(freeBytes, promisable - diskBytes),
        promisableBytes: promisable - keptBytes,
      },
    ];
  });
}

export interface HostOffer {
  readonly host: XenHost;
  readonly view: HostView;
  readonly agent: XenAgent | undefined;
  readonly terms: (pool: string) => PoolTerms | undefined;
  /** Orders here that no claim counts, retired ones left out. */
  readonly strayOrders: readonly XenDomain[];
  /** A claim on this host counts this UUID already, though the host may still call it an orphan. */
  readonly isClaimed: (uuid: string) => boolean;
  /** A claim on any host counts it. */
  readonly isPlaced: (uuid: string) => boolean;
}

type Report = NonNullable<XenAgent['status']>;

/** The part of a host's state that its agent measures. */
function measured(
  report: Report = {},
): Pick<HostState, 'totalBytes' | 'dom0Bytes' | 'cpus' | 'dom0Vcpus' | 'guestTypes' | 'networks'> {
  const { memory, dom0, cpus = 0, xen, networks = [] } = report;
  return {
    totalBytes: (memory?.totalMiB ?? 0) * MIB,
    dom0Bytes: (dom0?.memoryMiB ?? 0) * MIB,
    cpus,
    dom0Vcpus: dom0?.vcpus ?? 0,
    guestTypes: xen?.guestTypes ?? [],
    networks: networks.filter((network) => network.present).map((network) => network.name),
  };
}

function notReadyReason({ host, view }: HostOffer): string | undefined {
  if (host.metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  return view.state === 'Ready' ? undefined : view.message;
}

export function hostState(offer: HostOffer): HostState {
  const { host, agent } = offer;
  const { reserved, pool, taints, unschedulable: cordoned } = host.spec;
  const reported = (kind: 'orphan' | 'foreign'): Footprint =>
    agent === undefined ? NOTHING : reportedFootprint(agent, kind, offer.isClaimed);
  const foreign = reported('foreign');
  const orphans = add(reported('orphan'), strayFootprint(offer.strayOrders));
  const reason = notReadyReason(offer);
  const freeMiB = agent?.status?.memory?.freeMiB;
  return defined({
    name: host.metadata.name,
    pool,
    labels: host.metadata.labels,
    ready: reason === undefined,
    notReadyReason: reason,
    cordoned,
    taints,
    ...measured(agent?.status),
    reservedBytes: reserved?.memory === undefined ? undefined : parseBytes(reserved.memory),
    foreignBytes: foreign.bytes,
    orphanBytes: orphans.bytes,
    foreignVcpus: foreign.vcpus + orphans.vcpus,
    storage: storageOf(offer),
    reportedFreeBytes: freeMiB === undefined ? undefined : freeMiB * MIB,
  });
}

/** What is wanted; if its names mean nothing any more, what was granted. */
function disksOf(resolution: Resolution, order: XenDomain | undefined): VmDisk[] {
  const made = new Set(order?.status?.madeDisks ?? []);
  if ('problem' in resolution)
    return (order?.spec.disks ?? []).map(({ name, pool, sizeBytes }) => ({
      pool,
      sizeBytes,
      ...(made.has(name) && { made: true }),
    }));
  return resolution.wanted.disks.map((disk) => ({
    pool: disk.pool,
    sizeBytes: disk.sizeBytes,
    ...((disk.made === true || made.has(disk.name)) && { made: true }),
    ...(disk.madeOn !== undefined && { madeOn: disk.madeOn }),
  }));
}

/** What an order grants, or what the domain runs with where that is more. */
function granted(order: XenDomain | undefined): { memoryMiB: number; vcpus: number } {
  const { spec, status } = order ?? {};
  return {
    memoryMiB: Math.max(spec?.memory?.maxMiB ?? 0, status?.granted?.memoryMiB ?? 0),
    vcpus: Math.max(spec?.vcpus?.max ?? 0, status?.granted?.vcpus ?? 0),
  };
}

const NOTHING_WANTED = {
  vcpus: 0,
  memoryMiB: 0,
  dedicated: false,
  priority: 0,
  disks: [],
  networks: [],
} satisfies Wanted;

/** What the VM asks, or what it holds: the larger of granted and wanted, so that an edit never sells memory twice. */
export function vmSpec(vm: XenVM, resolution: Resolution, order: XenDomain | undefined): VmSpec {
  const { metadata, spec, status } = vm;
  const wanted: Wanted = 'wanted' in resolution ? resolution.wanted : NOTHING_WANTED;
  const { vcpus, memoryMiB } = granted(order);
  const host = status?.placement?.host;
  const { pool, hostSelector, tolerations, affinity, antiAffinity, topologySpread } = spec.placement ?? {};
  return defined({
    key: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels,
    type: spec.type,
    vcpus: Math.max(wanted.vcpus, vcpus),
    memoryBytes: Math.max(wanted.memoryMiB, memoryMiB) * MIB,
    dedicated: wanted.dedicated,
    priority: wanted.priority,
    createdAtMs: Date.parse(metadata.creationTimestamp ?? '') || 0,
    host,
    pool,
    hostSelector,
    tolerations,
    affinity,
    antiAffinity,
    topologySpread,
    disks: disksOf(resolution, order),
    networks: wanted.networks.map((network) => network.network),
  });
}
