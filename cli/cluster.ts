/**
 * A cluster's objects, live or from manifests, as the scheduler sees them: by the operator's own
 * functions, so that the answer is the one the operator would give. Pure.
 */
import type {
  XenAgent,
  XenDomain,
  XenHost,
  XenNetwork,
  XenPool,
  XenStoragePool,
  XenVM,
  XenVMClass,
} from '../crds/generated/types';
import { hostNamespace, hostOfNamespace } from '../common/names';
import { hostSnapshot, resolutionWithDisks, vmSnapshot, type FleetObjects } from '../operator/plan/snapshot/fleet';
import { poolPolicy } from '../operator/plan/pool/pool';
import { resolve, uuidOf } from '../operator/plan/vm/resolve';
import type { Catalog } from '../operator/plan/vm/resolve';
import type { PlacedOrder } from '../operator/plan/vm/facts';
import type { HostState, Snapshot, VmSpec } from '../scheduler';
import { InputError } from './fleet';
import type { Scene } from './simulate';

export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

const keyOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * Later objects replace earlier ones of the same name: what is about to be applied over what is
 * there.
 */
export class Objects {
  readonly #byKey = new Map<string, Manifest>();

  constructor(objects: Iterable<Manifest>) {
    for (const object of objects) {
      const before = this.#byKey.get(keyOf(object)) as { metadata?: object; status?: object } | undefined;
      const merged = { ...before, ...object, metadata: { ...before?.metadata, ...object.metadata } };
      this.#byKey.set(keyOf(object), before?.status ? { ...merged, status: before.status } : merged);
    }
  }

  all<T>(kind: string): T[] {
    return [...this.#byKey.values()].filter((object) => object.kind === kind) as T[];
  }

  get<T>(kind: string, name: string, namespace = ''): T | undefined {
    return this.#byKey.get(`${kind}/${namespace}/${name}`) as T | undefined;
  }
}

function catalogOf(objects: Objects): Catalog {
  return {
    vmClass: (name) => objects.get<XenVMClass>('XenVMClass', name),
    hostPools: () => objects.all<XenPool>('XenPool'),
    network: (name) => objects.get<XenNetwork>('XenNetwork', name),
    storagePool: (name) => objects.get<XenStoragePool>('XenStoragePool', name),
    namespaceLabels: (name) => objects.get<Manifest>('Namespace', name)?.metadata.labels ?? {},
  };
}

function isReady({ status }: XenHost, agent: XenAgent | undefined): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready ? ready.status === 'True' : agent?.status !== undefined;
}

function toHost(known: FleetObjects, host: XenHost): HostState {
  const { name } = host.metadata;
  const agent = known.agent(name);
  const ready = isReady(host, agent);
  const state = ready ? 'Ready' : 'NotReady';
  const bootID = agent?.status?.bootID;
  const proved = { bootID, dead: false, quarantined: false, namespaceReady: true } as const;
  return hostSnapshot(known, host, { name, state, message: 'it is not Ready', answered: ready, ...proved });
}

function grouped<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The objects as a snapshot looks them up. */
function lookUps(objects: Objects): FleetObjects {
  const placed = objects.all<XenDomain>('XenDomain').flatMap((order): PlacedOrder[] => {
    const host = hostOfNamespace(order.metadata.namespace ?? '');
    return host === undefined ? [] : [{ host, order }];
  });
  placed.sort((a, b) => (a.host < b.host ? -1 : 1));
  const byUuid = grouped(placed, ({ order }) => order.metadata.name);
  const byHost = grouped(placed, ({ host }) => host);
  const vms = grouped(objects.all<XenVM>('XenVM'), uuidOf);
  const keepers = new Map<string, XenAgent[]>();
  for (const agent of objects.all<XenAgent>('XenAgent')) {
    for (const uuid of new Set((agent.status?.retainedDisks ?? []).map((disk) => disk.uuid)))
      keepers.set(uuid, [...(keepers.get(uuid) ?? []), agent]);
  }
  return {
    agent: (host) => objects.get<XenAgent>('XenAgent', host, hostNamespace(host)),
    storagePool: (name) => objects.get<XenStoragePool>('XenStoragePool', name),
    ordersOn: (host) => (byHost.get(host) ?? []).map(({ order }) => order),
    ordersOf: (uuid) => byUuid.get(uuid) ?? [],
    vmsOf: (uuid) => vms.get(uuid) ?? [],
    keepersOf: (uuid) => keepers.get(uuid) ?? [],
  };
}

function toVm(known: FleetObjects, catalog: Catalog, vm: XenVM): VmSpec {
  const resolution = resolutionWithDisks(known, vm, resolve(vm, uuidOf(vm), catalog));
  const where = `${vm.metadata.namespace ?? 'default'}/${vm.metadata.name}`;
  if ('problem' in resolution) throw new InputError(`XenVM ${where}: ${resolution.problem.message}`);
  const spec = vmSnapshot(known, vm, resolution);
  return spec.key === '' ? { ...spec, key: where } : spec;
}

export function clusterScene(manifests: Iterable<Manifest>): Scene {
  const objects = new Objects(manifests);
  const catalog = catalogOf(objects);
  const known = lookUps(objects);
  const vms = objects.all<XenVM>('XenVM').map((vm) => toVm(known, catalog, vm));
  const hosts = objects.all<XenHost>('XenHost').map((host) => toHost(known, host));
  const pools = objects.all<XenPool>('XenPool').map((pool) => poolPolicy(pool.metadata.name, pool));
  const snapshot: Snapshot = { hosts, vms, pools };
  return { snapshot, nameOf: (spec) => `${spec.namespace}/${spec.name}` };
}
