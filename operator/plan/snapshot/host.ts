/** A host in the scheduler's words: what it has, and what is used there without a claim. Pure. */
import type { XenAgent, XenDomain, XenHost, XenStoragePool } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { domainOverheadBytes, MIB } from '../../../common/memory';
import type { GuestType, HostState, HostStorage } from '../../../scheduler';
import { reservedBytes } from '../reserve';
import type { HostView } from '../vm/facts';

interface Footprint {
  readonly bytes: number;
  readonly vcpus: number;
  /** HVM guests: each has a device model in Dom0. */
  readonly hvm: number;
}

const NOTHING_USED: Footprint = { bytes: 0, vcpus: 0, hvm: 0 };

/** A domain of unknown type counts as the dearest. */
function footprint(type: GuestType = 'hvm', vcpus: number, memoryMiB: number): Footprint {
  const memoryBytes = memoryMiB * MIB;
  const bytes = memoryBytes + domainOverheadBytes({ type, vcpus, memoryBytes });
  return { bytes, vcpus, hvm: type === 'hvm' ? 1 : 0 };
}

const both = (a: Footprint, b: Footprint, of: (x: number, y: number) => number): Footprint => ({
  bytes: of(a.bytes, b.bytes),
  vcpus: of(a.vcpus, b.vcpus),
  hvm: of(a.hvm, b.hvm),
});
const add = (a: Footprint, b: Footprint): Footprint => both(a, b, (x, y) => x + y);

type ReportedDomain = NonNullable<NonNullable<XenAgent['status']>['domains']>[number];

function reportedFootprint(domain: ReportedDomain): Footprint {
  return footprint(domain.type, domain.vcpus ?? 1, domain.memoryMiB ?? 0);
}

function orderFootprint({ spec }: XenDomain): Footprint {
  const size = footprint(spec.type, spec.vcpus?.max ?? 1, spec.memory?.maxMiB ?? 0);
  // A tombstone starts nothing: only a domain that is still there can have a device model.
  return spec.type === undefined ? { ...size, hvm: 0 } : size;
}

/**
 * What is on a host without a claim there: domains that it reports as the fleet's, and orders that
 * still stand. An order says what its domain may become and a report what it is, so the larger of
 * the two counts: a tombstone, for one, grants nothing while its domain is still there.
 */
function unclaimedFootprint({ agent, strayOrders, isClaimed }: HostOffer): Footprint {
  const accounts = new Map(strayOrders.map((order) => [order.metadata.name, orderFootprint(order)]));
  for (const domain of agent?.status?.domains ?? []) {
    if (domain.kind === 'foreign' || isClaimed(domain.uuid)) continue;
    const ordered = accounts.get(domain.uuid) ?? NOTHING_USED;
    accounts.set(domain.uuid, both(reportedFootprint(domain), ordered, Math.max));
  }
  return [...accounts.values()].reduce(add, NOTHING_USED);
}

function foreignFootprint({ agent, isClaimed }: HostOffer): Footprint {
  return (agent?.status?.domains ?? [])
    .filter((domain) => domain.kind === 'foreign' && !isClaimed(domain.uuid))
    .map(reportedFootprint)
    .reduce(add, NOTHING_USED);
}

/** What must be known of a storage pool to sell its room. */
export interface PoolTerms {
  readonly locality: HostStorage['locality'];
  /** Bytes of disks that may be promised per byte of room. */
  readonly overcommitRatio: number;
}

export function poolTerms(pool: XenStoragePool | undefined): PoolTerms | undefined {
  return pool && { locality: pool.spec.locality, overcommitRatio: pool.spec.overcommitRatio ?? 1 };
}

/**
 * Disks are sparse, so a part of what is free now is promised already. The room for disks is what
 * is free plus what the disks there occupy, and that times the ratio may be promised. From this go
 * the disks that are there, by their sizes, and those that no placed VM counts. What is not free
 * now is never sold.
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
  /** Orders here that no claim counts, without retired ones. */
  readonly strayOrders: readonly XenDomain[];
  /** A claim on this host counts this UUID already, whatever the host reports it as. */
  readonly isClaimed: (uuid: string) => boolean;
  /** A claim on any host counts this UUID. */
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
  if (view.dead) return 'this boot of it is declared dead';
  return view.state === 'Ready' ? undefined : view.message;
}

export function hostState(offer: HostOffer): HostState {
  const { host, agent } = offer;
  const { pool, taints, unschedulable: cordoned, maxHVMGuests: mostHvmGuests } = host.spec;
  const foreign = foreignFootprint(offer);
  const orphans = unclaimedFootprint(offer);
  const reserved = reservedBytes(host);
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
    // If it cannot be read the host is not Ready, so nothing new is placed there.
    reservedBytes: typeof reserved === 'number' ? reserved : undefined,
    foreignBytes: foreign.bytes,
    orphanBytes: orphans.bytes,
    foreignVcpus: foreign.vcpus + orphans.vcpus,
    mostHvmGuests,
    foreignHvmGuests: foreign.hvm + orphans.hvm,
    storage: storageOf(offer),
    reportedFreeBytes: freeMiB === undefined ? undefined : freeMiB * MIB,
  });
}
