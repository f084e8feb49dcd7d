/**
 * A cluster's objects, live or from manifests, as the scheduler sees them: by the operator's own functions, so that the
 * answer is the one the operator would give. Pure.
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
import { retainedBy, withKnownDisks } from '../operator/plan/vm/disks';
import { hostState, poolTerms, vmSpec } from '../operator/plan/snapshot';
import type { PoolTerms } from '../operator/plan/snapshot';
import { poolPolicy } from '../operator/plan/pool/pool';
import { reportedBy } from '../operator/plan/vm/reservation';
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

/** Later objects replace earlier ones of the same name: what is about to be applied over what is there. */
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
    network: (name) => objects.get<XenNetwork>('XenNetwork', name),
    storagePool: (name) => objects.get<XenStoragePool>('XenStoragePool', name),
    namespaceLabels: (name) => objects.get<Manifest>('Namespace', name)?.metadata.labels ?? {},
  };
}

function isReady({ status }: XenHost, agent: XenAgent | undefined): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready ? ready.status === 'True' : agent?.status !== undefined;
}

function toHost(objects: Objects, host: XenHost, claimed: ReadonlySet<string>): HostState {
  const { name } = host.metadata;
  const agent = objects.get<XenAgent>('XenAgent', name, hostNamespace(name));
  const ready = isReady(host, agent);
  const state = ready ? 'Ready' : 'NotReady';
  const bootID = agent?.status?.bootID;
  const proved = { bootID, dead: false, quarantined: false, namespaceReady: true } as const;
  const view = { name, state, message: 'it is not Ready', answered: ready, ...proved } as const;
  const terms = (pool: string): PoolTerms | undefined => poolTerms(objects.get<XenStoragePool>('XenStoragePool', pool));
  const isClaimed = (uuid: string): boolean => claimed.has(uuid);
  return hostState({ host, view, agent, terms, strayOrders: [], isClaimed, isPlaced: isClaimed });
}

/** Orders, and reports of hosts that keep disks, by the UUID of the domain. */
interface Known {
  readonly orders: ReadonlyMap<string, readonly PlacedOrder[]>;
  readonly agents: ReadonlyMap<string, readonly XenAgent[]>;
  readonly agentOf: (host: string) => XenAgent | undefined;
}

function knownOf(objects: Objects): Known {
  const orders = objects.all<XenDomain>('XenDomain').flatMap((order): (readonly [string, PlacedOrder])[] => {
    const host = hostOfNamespace(order.metadata.namespace ?? '');
    return host === undefined ? [] : [[order.metadata.name, { host, order }]];
  });
  const agents = objects.all<XenAgent>('XenAgent').flatMap((agent) => {
    const uuids = new Set((agent.status?.retainedDisks ?? []).map((disk) => disk.uuid));
    return [...uuids].map((uuid) => [uuid, agent] as const);
  });
  const agentOf = (host: string): XenAgent | undefined => objects.get<XenAgent>('XenAgent', host, hostNamespace(host));
  return { orders: grouped(orders), agents: grouped(agents), agentOf };
}

function grouped<T>(entries: readonly (readonly [string, T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of entries) {
    const group = groups.get(key) ?? [];
    group.push(value);
    groups.set(key, group);
  }
  return groups;
}

function toVm(known: Known, catalog: Catalog, vm: XenVM): VmSpec {
  const uuid = uuidOf(vm);
  const orders = known.orders.get(uuid) ?? [];
  const retained = (known.agents.get(uuid) ?? []).flatMap((agent) => retainedBy(agent, uuid));
  const resolution = withKnownDisks(resolve(vm, uuid, catalog), { vm, orders, retained });
  const where = `${vm.metadata.namespace ?? 'default'}/${vm.metadata.name}`;
  if ('problem' in resolution) throw new InputError(`XenVM ${where}: ${resolution.problem.message}`);
  const host = vm.status?.placement?.host;
  const order = orders.find((placed) => placed.host === host)?.order;
  const agent = host === undefined ? undefined : known.agentOf(host);
  const spec = vmSpec(vm, resolution, order, { reported: reportedBy(agent, uuid) });
  return spec.key === '' ? { ...spec, key: where } : spec;
}

export function clusterScene(manifests: Iterable<Manifest>): Scene {
  const objects = new Objects(manifests);
  const catalog = catalogOf(objects);
  const known = knownOf(objects);
  const vms = objects.all<XenVM>('XenVM').map((vm) => toVm(known, catalog, vm));
  const claimed = new Set(
    objects
      .all<XenVM>('XenVM')
      .filter(({ status }) => status?.placement)
      .map(uuidOf),
  );
  const hosts = objects.all<XenHost>('XenHost').map((host) => toHost(objects, host, claimed));
  const pools = objects.all<XenPool>('XenPool').map((pool) => poolPolicy(pool.metadata.name, pool));
  const snapshot: Snapshot = { hosts, vms, pools };
  return { snapshot, nameOf: (spec) => `${spec.namespace}/${spec.name}` };
}
