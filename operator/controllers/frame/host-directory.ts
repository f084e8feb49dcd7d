/**
 * The hosts as decisions see them: alive or silent by their Leases (judged by our own clock),
 * believed or not, reported or not ("hosts first").
 */
import type { XenAgent } from '../../../crds/generated/types';
import type { Lease } from '../../../common/kube/lease';
import { bootOfHolder, hostNamespace, hostOfNamespace } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import { agentCatalog, type AgentCatalog } from '../../plan/agent-catalog';
import { hasAnswered, isBelieved, isDeclaredDead, machineOf, viewHost, type HostFacts } from '../../plan/host/view';
import { isLeaving, keepersOf, rememberedHosts, type FleetRoster } from '../../plan/roster';
import type { HostView } from '../../plan/vm/facts';
import type { Caches } from './caches';
import { endChanged, rosterMayChange } from './rules';

export interface HostDirectoryOptions {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly fleetID: string;
  readonly unknownAfterMs: number;
}

/**
 * A Lease whose XenHost is gone is forgotten after this time. Not sooner, so that a host that is
 * made anew does not count as silent.
 */
const FORGET_MS = 3_600_000;

interface Beat {
  readonly renewTime: string;
  readonly bootID: string | undefined;
  readonly seenAtMs: number;
}

/** What an administrator declared over, and whether it was heard since we have read that. */
interface DeclaredBoot {
  readonly bootID: string;
  isHeard: boolean;
}

export class HostDirectory {
  /** Names this leader's term. Agents answer it once they have relisted their orders. */
  nonce = '';
  readonly #options: HostDirectoryOptions;
  readonly #beats = new Map<string, Beat>();
  readonly #declared = new Map<string, DeclaredBoot>();
  readonly #bornMs: number;
  /** Grows with every change that may bear on what agents are told of the hosts. */
  #rosterGeneration = 0;
  #catalog: { readonly state: string; readonly catalog: AgentCatalog } | undefined;
  /** Every VM asks for it, so it is found once per change of hosts and reports. */
  #unreported: { readonly state: string; readonly names: readonly string[] } = { state: '', names: [] };
  /**
   * Names in the roster of a report that are no hosts of ours. Rosters are as long as the fleet, so
   * each is read once, until hosts come or go.
   */
  #strangers = new WeakMap<XenAgent, readonly string[]>();

  constructor(options: HostDirectoryOptions) {
    this.#options = options;
    this.#bornMs = options.clock.monotonicMs();
    const { caches } = options;
    caches.hosts.onChange((change) => {
      if (change.type !== 'updated') this.#strangers = new WeakMap();
      if (rosterMayChange(change)) this.#rosterGeneration += 1;
      this.#noteDeclared(change.key, change.type === 'deleted' ? undefined : change.object.spec.declaredDead);
    });
    caches.namespaces.onChange((change) => {
      if (hostOfNamespace(change.key) !== undefined && endChanged(change)) this.#rosterGeneration += 1;
    });
    caches.leases.onChange((change) => {
      if (change.type !== 'deleted') this.#noteBeat(change.object);
    });
  }

  get fleetID(): string {
    return this.#options.fleetID;
  }

  agent(host: string): XenAgent | undefined {
    return this.#options.caches.agents.get(`${hostNamespace(host)}/${host}`);
  }

  facts(host: string): HostFacts {
    const { caches, clock, fleetID, unknownAfterMs } = this.#options;
    const beat = this.#beats.get(host);
    const nowMs = clock.monotonicMs();
    const namespace = caches.namespaces.get(hostNamespace(host));
    return {
      agent: this.agent(host),
      nonce: this.nonce,
      fleetID,
      silentMs: beat === undefined ? undefined : nowMs - beat.seenAtMs,
      watchedMs: nowMs - this.#bornMs,
      beatBootID: beat?.bootID,
      livedSinceDeclared: this.#declared.get(host)?.isHeard === true,
      unknownAfterMs,
      machineID: machineOf(caches.hosts.get(host)),
      namespaceReady: namespace !== undefined && namespace.metadata.deletionTimestamp === undefined,
    };
  }

  view(host: string): HostView | undefined {
    const object = this.#options.caches.hosts.get(host);
    return object === undefined ? undefined : viewHost(object, this.facts(host));
  }

  /** What every agent must know. It is as long as the fleet, so it is found once per change. */
  catalog(): AgentCatalog {
    const { storagePools, networks } = this.#options.caches;
    const state = [this.#rosterGeneration, storagePools.generation, networks.generation].join('/');
    if (this.#catalog?.state !== state) {
      const roster = this.#roster();
      const catalog = agentCatalog({ roster, storagePools: storagePools.all(), networks: networks.all() });
      this.#catalog = { state, catalog };
    }
    return this.#catalog.catalog;
  }

  #roster(): FleetRoster {
    const { hosts, namespaces } = this.#options.caches;
    const all = hosts.all();
    const staying = all.filter((host) => !isLeaving(host, namespaces.get(hostNamespace(host.metadata.name))));
    return {
      roster: staying.map(({ metadata }) => metadata.name).sort(),
      keepers: keepersOf(staying),
      known: new Set(all.map(({ metadata }) => metadata.name)),
    };
  }

  /** The report of the host is of this term, and counts for the whereabouts of VMs. */
  isHeard(agent: XenAgent): boolean {
    const host = this.#options.caches.hosts.get(agent.metadata.name);
    if (host === undefined || !hasAnswered(host, agent, this.nonce)) return false;
    return isBelieved(host, this.facts(agent.metadata.name));
  }

  /**
   * Hosts that could hold a VM and have not answered: ours, and those that other hosts remember
   * from before a restore.
   */
  unreported(): readonly string[] {
    const { hosts, agents } = this.#options.caches;
    const dead = this.#deadHosts();
    const state = `${this.nonce}/${hosts.generation}/${agents.generation}/${[...dead].join()}`;
    if (this.#unreported.state !== state) this.#unreported = { state, names: this.#findUnreported(dead) };
    return this.#unreported.names;
  }

  /** Silence makes no event, so this is found anew each time. Few hosts are declared dead. */
  #deadHosts(): ReadonlySet<string> {
    const declared = this.#options.caches.hosts.byIndex('declaredDead', 'yes');
    const dead = declared.filter((host) => isDeclaredDead(host, this.facts(host.metadata.name)));
    return new Set(dead.map((host) => host.metadata.name));
  }

  #findUnreported(dead: ReadonlySet<string>): string[] {
    const { hosts, agents } = this.#options.caches;
    const missing = new Set<string>();
    for (const host of hosts.all()) {
      const { name } = host.metadata;
      if (host.spec.quarantined === true || dead.has(name)) continue;
      if (!hasAnswered(host, this.agent(name), this.nonce)) missing.add(name);
    }
    const keeping = agents.all().filter(({ status }) => (status?.roster ?? []).length > 0);
    const heard = keeping.filter((agent) => this.isHeard(agent));
    const rosters = heard.map((agent) => ({ host: agent.metadata.name, names: this.#strangersOf(agent) }));
    for (const name of rememberedHosts(rosters, (known) => hosts.get(known) !== undefined)) missing.add(name);
    return [...missing].sort();
  }

  #strangersOf(agent: XenAgent): readonly string[] {
    const { hosts } = this.#options.caches;
    const known = this.#strangers.get(agent);
    if (known !== undefined) return known;
    const found = (agent.status?.roster ?? []).filter((name) => hosts.get(name) === undefined);
    this.#strangers.set(agent, found);
    return found;
  }

  #noteDeclared(host: string, bootID: string | undefined): void {
    if (bootID === undefined) this.#declared.delete(host);
    else if (this.#declared.get(host)?.bootID !== bootID) this.#declared.set(host, { bootID, isHeard: false });
  }

  #noteBeat({ metadata, spec }: Lease): void {
    const host = hostOfNamespace(metadata.namespace ?? '');
    const renewTime = spec?.renewTime;
    if (host === undefined || renewTime === undefined || this.#beats.get(host)?.renewTime === renewTime) return;
    const bootID = bootOfHolder(spec?.holderIdentity);
    const declared = this.#declared.get(host);
    // The first beat that a process reads may be older than the word; each further one is not.
    if (!this.#beats.has(host)) this.#forgetBeats();
    else if (declared !== undefined && (bootID ?? declared.bootID) === declared.bootID) declared.isHeard = true;
    this.#beats.set(host, { renewTime, bootID, seenAtMs: this.#options.clock.monotonicMs() });
  }

  #forgetBeats(): void {
    const { caches, clock } = this.#options;
    for (const [host, { seenAtMs }] of this.#beats) {
      const isPast = clock.monotonicMs() - seenAtMs > FORGET_MS;
      if (isPast && caches.hosts.get(host) === undefined) this.#beats.delete(host);
    }
  }
}
