/** From Kubernetes objects to the scheduler's words: what a host offers, what a VM asks. Pure. */
import type { XenAgent, XenDomain, XenHost, XenVM } from '../../crds/generated/types';
import { domainOverheadBytes, MIB } from '../../common/memory';
import { parseBytes } from '../../common/quantity';
import type { GuestType, HostState, HostStorage, VmDisk, VmSpec } from '../scheduler';
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

function reportedFootprint(agent: XenAgent, kind: 'orphan' | 'foreign'): Footprint {
  return (agent.status?.domains ?? [])
    .filter((domain) => domain.kind === kind)
    .map((domain) => footprint(domain.type, domain.vcpus ?? 1, domain.memoryMiB ?? 0))
    .reduce(add, NOTHING);
}

/** Orders that still stand on a host although no claim counts them there. */
function strayFootprint(orders: readonly XenDomain[]): Footprint {
  return orders
    .map(({ spec }) => footprint(spec.type, spec.vcpus?.max ?? 1, spec.memory?.maxMiB ?? 0))
    .reduce(add, NOTHING);
}

function storageOf(agent: XenAgent, locality: (pool: string) => HostStorage['locality'] | undefined): HostStorage[] {
  return (agent.status?.storagePools ?? []).flatMap((pool) => {
    const reach = locality(pool.name);
    if (!pool.present || reach === undefined) return [];
    return [{ name: pool.name, freeBytes: pool.freeBytes ?? 0, locality: reach }];
  });
}

export interface HostOffer {
  readonly host: XenHost;
  readonly view: HostView;
  readonly agent: XenAgent | undefined;
  readonly locality: (pool: string) => HostStorage['locality'] | undefined;
  /** Orders here that no claim counts, retired ones left out. */
  readonly strayOrders: readonly XenDomain[];
}

export function hostState(offer: HostOffer): HostState {
  const { host, view, agent } = offer;
  const report = agent?.status;
  const foreign = agent === undefined ? NOTHING : reportedFootprint(agent, 'foreign');
  const orphans = add(
    agent === undefined ? NOTHING : reportedFootprint(agent, 'orphan'),
    strayFootprint(offer.strayOrders),
  );
  const deleting = host.metadata.deletionTimestamp !== undefined;
  const { reserved, pool, taints, unschedulable } = host.spec;
  return {
    name: host.metadata.name,
    ...(pool !== undefined && { pool }),
    ...(host.metadata.labels && { labels: host.metadata.labels }),
    ready: view.state === 'Ready' && !deleting,
    ...(view.state !== 'Ready' && { notReadyReason: view.message }),
    ...(deleting && { notReadyReason: 'it is being deleted' }),
    cordoned: unschedulable ?? false,
    ...(taints && { taints }),
    totalBytes: (report?.memory?.totalMiB ?? 0) * MIB,
    dom0Bytes: (report?.dom0?.memoryMiB ?? 0) * MIB,
    reservedBytes: reserved?.memory === undefined ? 0 : parseBytes(reserved.memory),
    foreignBytes: foreign.bytes,
    orphanBytes: orphans.bytes,
    foreignVcpus: foreign.vcpus + orphans.vcpus,
    cpus: report?.cpus ?? 0,
    dom0Vcpus: report?.dom0?.vcpus ?? 0,
    guestTypes: report?.xen?.guestTypes ?? [],
    networks: (report?.networks ?? []).filter((n) => n.present).map((n) => n.name),
    storage: agent === undefined ? [] : storageOf(agent, offer.locality),
    ...(report?.memory?.freeMiB !== undefined && { reportedFreeBytes: report.memory.freeMiB * MIB }),
  };
}

function disksOf(wanted: Wanted, order: XenDomain | undefined, host: string | undefined): VmDisk[] {
  const made = new Set(order?.status?.madeDisks ?? []);
  return wanted.disks.map((disk) => {
    const isMade = host !== undefined && made.has(disk.name);
    const bound = isMade && disk.locality === 'local' && !disk.readOnly;
    return {
      pool: disk.pool,
      sizeBytes: disk.sizeBytes,
      ...(isMade && { made: true }),
      ...(bound && { madeOn: host }),
    };
  });
}

/** What the VM asks, or what it holds: the larger of granted and wanted, so that an edit never sells memory twice. */
export function vmSpec(vm: XenVM, resolution: Resolution, order: XenDomain | undefined): VmSpec {
  const { metadata, spec, status } = vm;
  const wanted = 'wanted' in resolution ? resolution.wanted : undefined;
  const host = status?.placement?.host;
  const grantedMiB = Math.max(order?.spec.memory?.maxMiB ?? 0, order?.status?.granted?.memoryMiB ?? 0);
  const grantedVcpus = Math.max(order?.spec.vcpus?.max ?? 0, order?.status?.granted?.vcpus ?? 0);
  const { placement } = spec;
  return {
    key: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ...(metadata.labels && { labels: metadata.labels }),
    type: spec.type,
    vcpus: Math.max(wanted?.vcpus ?? 0, grantedVcpus),
    memoryBytes: Math.max(wanted?.memoryMiB ?? 0, grantedMiB) * MIB,
    dedicated: wanted?.dedicated ?? false,
    priority: wanted?.priority ?? 0,
    createdAtMs: Date.parse(metadata.creationTimestamp ?? '') || 0,
    ...(host !== undefined && { host }),
    ...(placement?.pool !== undefined && { pool: placement.pool }),
    ...(placement?.hostSelector && { hostSelector: placement.hostSelector }),
    ...(placement?.tolerations && { tolerations: placement.tolerations }),
    ...(placement?.affinity && { affinity: placement.affinity }),
    ...(placement?.antiAffinity && { antiAffinity: placement.antiAffinity }),
    ...(placement?.topologySpread && { topologySpread: placement.topologySpread }),
    disks: wanted === undefined ? [] : disksOf(wanted, order, host),
    networks: wanted?.networks.map((n) => n.network) ?? [],
  };
}
