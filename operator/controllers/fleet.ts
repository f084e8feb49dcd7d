/** The hosts as decisions see them: alive by their Leases (judged by our own clock), reported or not ("hosts first"), and who holds what. */
import type { XenAgent, XenVM } from '../../crds/generated/types';
import { hostNamespace, hostOfNamespace } from '../../common/names';
import type { Clock } from '../../common/ports';
import { diskConflict, withKnownDisks, type DiskFacts } from '../plan/disks';
import { hasAnswered, isDeclaredDead, viewHost, type FleetFacts, type HostFacts } from '../plan/host';
import { resolve, uuidOf, type Catalog, type Resolution } from '../plan/resolve';
import type { HostView, Sighting, VmWorld } from '../plan/world';
import { diskFacts } from './disk-facts';
import type { World } from './world';

export interface FleetOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly fleetID: string;
  readonly unknownAfterMs: number;
}

interface Beat {
  readonly renewTime: string;
  readonly seenAtMs: number;
}

export class Fleet {
  /** Names this leader's term; agents answer it once they have relisted their orders. */
  nonce = '';
  readonly #options: FleetOptions;
  readonly #beats = new Map<string, Beat>();
  /** Asked for by every VM, found once per change of hosts and reports. */
  #unreported: { readonly state: string; readonly names: readonly string[] } = { state: '', names: [] };
  /** Names in a report's roster that are no hosts of ours. Rosters are as long as the fleet: each is read once, until hosts come or go. */
  #strangers = new WeakMap<XenAgent, readonly string[]>();
  /** Asked for at every look at a VM, found once per object and catalogue. */
  readonly #resolutions = new WeakMap<XenVM, { readonly state: string; readonly resolution: Resolution }>();
  readonly #catalog: Catalog;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { world } = options;
    this.#catalog = {
      vmClass: (name) => world.classes.get(name),
      network: (name) => world.networks.get(name),
      storagePool: (name) => world.storagePools.get(name),
      namespaceLabels: (name) => world.namespaces.get(name)?.metadata.labels ?? {},
    };
    world.hosts.onChange(({ type }) => {
      if (type !== 'updated') this.#strangers = new WeakMap();
    });
    world.leases.onChange((change) => {
      if (change.type !== 'deleted')
        this.#noteBeat(change.object.metadata.namespace ?? '', change.object.spec?.renewTime);
    });
  }

  get fleetID(): string {
    return this.#options.fleetID;
  }

  agent(host: string): XenAgent | undefined {
    return this.#options.world.agents.get(`${hostNamespace(host)}/${host}`);
  }

  facts(host: string): HostFacts {
    const { world, clock, fleetID, unknownAfterMs } = this.#options;
    const beat = this.#beats.get(host);
    const namespace = world.namespaces.get(hostNamespace(host));
    return {
      agent: this.agent(host),
      nonce: this.nonce,
      fleetID,
      silentMs: beat === undefined ? undefined : clock.monotonicMs() - beat.seenAtMs,
      unknownAfterMs,
      namespaceReady: namespace !== undefined && namespace.metadata.deletionTimestamp === undefined,
    };
  }

  view(host: string): HostView | undefined {
    const object = this.#options.world.hosts.get(host);
    return object === undefined ? undefined : viewHost(object, this.facts(host));
  }

  /** What every agent must know. */
  fleetFacts(): FleetFacts {
    const { world, fleetID } = this.#options;
    return {
      fleetID,
      nonce: this.nonce,
      roster: world.hosts.all().map((host) => host.metadata.name),
      storagePools: world.storagePools.all(),
      networks: world.networks.all(),
    };
  }

  /** Hosts that could hold a VM and have not answered: ours, and those that other hosts remember from before a restore. */
  unreported(): readonly string[] {
    const { hosts, agents } = this.#options.world;
    const state = `${this.nonce}/${hosts.generation}/${agents.generation}`;
    if (this.#unreported.state !== state) this.#unreported = { state, names: this.#findUnreported() };
    return this.#unreported.names;
  }

  #findUnreported(): string[] {
    const { hosts, agents } = this.#options.world;
    const missing = new Set<string>();
    for (const host of hosts.all()) {
      const agent = this.agent(host.metadata.name);
      if (!isDeclaredDead(host, agent) && !hasAnswered(agent, this.nonce)) missing.add(host.metadata.name);
    }
    for (const agent of agents.all()) {
      if (agent.status?.nonce === this.nonce) for (const name of this.#strangersOf(agent)) missing.add(name);
    }
    return [...missing].sort();
  }

  #strangersOf(agent: XenAgent): readonly string[] {
    const { hosts } = this.#options.world;
    const known = this.#strangers.get(agent);
    if (known !== undefined) return known;
    const found = (agent.status?.roster ?? []).filter((name) => hosts.get(name) === undefined);
    this.#strangers.set(agent, found);
    return found;
  }

  /** Everything known that bears on one VM. */
  worldOf(vm: XenVM, unplaced: VmWorld['unplaced']): VmWorld {
    const { world, fleetID } = this.#options;
    const uuid = uuidOf(vm);
    const facts = diskFacts(world, vm);
    const resolution = withKnownDisks(this.#catalogued(vm), facts);
    const sightings = this.#sightings(uuid);
    return {
      vm,
      uuid,
      fleetID,
      resolution,
      orders: facts.orders,
      host: (name) => this.view(name),
      unreported: this.unreported(),
      sightings,
      conflict: this.#conflict(facts, resolution, sightings),
      fresh: world.isFresh(vm),
      unplaced,
    };
  }

  /** What the names in a VM's spec mean now, and which of its disks exist. */
  resolutionOf(vm: XenVM): Resolution {
    return withKnownDisks(this.#catalogued(vm), diskFacts(this.#options.world, vm));
  }

  #catalogued(vm: XenVM): Resolution {
    const { classes, networks, storagePools, namespaces } = this.#options.world;
    const state = [classes, networks, storagePools, namespaces].map((store) => store.generation).join('/');
    const known = this.#resolutions.get(vm);
    if (known?.state === state) return known.resolution;
    const resolution = resolve(vm, uuidOf(vm), this.#catalog);
    this.#resolutions.set(vm, { state, resolution });
    return resolution;
  }

  /** What the reports of this term say of a UUID. */
  #sightings(uuid: string): Sighting[] {
    const reports = this.#options.world.agents
      .byIndex('uuid', uuid)
      .filter((agent) => agent.status?.nonce === this.nonce);
    return reports.map((agent) => sightingOf(agent, uuid)).sort((a, b) => (a.host < b.host ? -1 : 1));
  }

  #conflict(facts: DiskFacts, resolution: Resolution, sightings: readonly Sighting[]): VmWorld['conflict'] {
    const { vm } = facts;
    const uuid = uuidOf(vm);
    return (
      this.#uuidConflict(vm, uuid, sightings) ??
      this.#nameConflict(vm, uuid) ??
      diskConflict(facts, resolution, { host: (name) => this.view(name), sightings }) ??
      this.#macConflict(vm)
    );
  }

  #uuidConflict(vm: XenVM, uuid: string, sightings: readonly Sighting[]): VmWorld['conflict'] {
    const { namespace, name } = vm.metadata;
    const rival = this.#options.world.vms.byIndex('uuid', uuid).find((other) => comesFirst(other, vm));
    if (rival !== undefined) {
      const message = `UUID ${uuid} belongs to XenVM ${rival.metadata.namespace}/${rival.metadata.name} already: give spec.identity.uuid another value, or leave it out`;
      return { reason: 'IdentityConflict', message };
    }
    const stranger = sightings.find((s) => s.name !== '' && (s.namespace !== namespace || s.name !== name));
    if (stranger === undefined) return undefined;
    const message = `host ${stranger.host} knows UUID ${uuid} as ${stranger.namespace}/${stranger.name}: only a XenVM of that namespace and name may take it over`;
    return { reason: 'IdentityConflict', message };
  }

  /** A domain of this name is out there under another UUID: the cluster was restored or rebuilt, and the tenant's machine still runs. */
  #nameConflict(vm: XenVM, uuid: string): VmWorld['conflict'] {
    const { namespace = '', name } = vm.metadata;
    for (const agent of this.#options.world.agents.byIndex('vm', `${namespace}/${name}`)) {
      if (agent.status?.nonce !== this.nonce) continue;
      const orphan =
        agent.status.domains?.find((d) => d.kind === 'orphan' && d.namespace === namespace && d.vmName === name) ??
        agent.status.records?.find((r) => r.frozen === true && r.namespace === namespace && r.name === name);
      if (orphan === undefined || orphan.uuid === uuid) continue;
      const message = `host ${agent.metadata.name} holds a domain of ${namespace}/${name} with UUID ${orphan.uuid}: create the XenVM with spec.identity.uuid: ${orphan.uuid} to take it over`;
      return { reason: 'IdentityConflict', message };
    }
    return undefined;
  }

  #macConflict(vm: XenVM): VmWorld['conflict'] {
    for (const item of vm.spec.networks ?? []) {
      if (item.mac === undefined) continue;
      const rival = this.#options.world.vms.byIndex('mac', item.mac).find((other) => comesFirst(other, vm));
      if (rival === undefined) continue;
      const message = `spec.networks[${item.name}].mac: ${item.mac} is in use by another XenVM: choose another, or leave mac out to have one derived`;
      return { reason: 'MacConflict', message };
    }
    return undefined;
  }

  #noteBeat(namespace: string, renewTime: string | undefined): void {
    const host = hostOfNamespace(namespace);
    if (host === undefined || renewTime === undefined || this.#beats.get(host)?.renewTime === renewTime) return;
    this.#beats.set(host, { renewTime, seenAtMs: this.#options.clock.monotonicMs() });
  }
}

function sightingOf({ metadata, status }: XenAgent, uuid: string): Sighting {
  const domain = status?.domains?.find((entry) => entry.uuid === uuid);
  const record = status?.records?.find((entry) => entry.uuid === uuid);
  const {
    namespace = '',
    name = '',
    epoch = 0,
    retiredEpoch = 0,
  } = record ?? { namespace: domain?.namespace, name: domain?.vmName };
  const orphan = domain?.kind === 'orphan' || record?.frozen === true;
  return { host: metadata.name, namespace, name, present: domain !== undefined, orphan, epoch, retiredEpoch };
}

/** Of two VMs that claim one thing, who has it: the one that is placed, then the older, then the smaller UID. */
function comesFirst(other: XenVM, vm: XenVM): boolean {
  if (other.metadata.uid === vm.metadata.uid) return false;
  const placed = (v: XenVM): number => (v.status?.placement === undefined ? 1 : 0);
  const born = (v: XenVM): string => `${v.metadata.creationTimestamp ?? ''}/${v.metadata.uid ?? ''}`;
  return placed(other) - placed(vm) < 0 || (placed(other) === placed(vm) && born(other) < born(vm));
}
