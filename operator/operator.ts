/**
 * One operator over its ports: caches from the start on, and a LeaderTerm whenever it leads. Knows
 * nothing of processes, sockets or files, so that a test can run all of it on a virtual clock.
 */
import type { KubeClient } from '../common/kube/client';
import { sleep } from '../common/kube/clock';
import type { Connections } from '../common/kube/connections';
import { EventRecorder } from '../common/kube/events';
import { NAMESPACES } from '../common/kube/resources';
import { LEADER_LEASE, LEADER_NAMESPACE, leaderHolder, namespaceOfLeader } from '../common/names';
import type { Clock, Random } from '../common/ports';
import type { OnFault } from '../common/survive';
import type { Logger, Metrics, OperatorConfig } from './adapters/types';
import { Brake } from './controllers/brake';
import { openCaches, type Caches } from './controllers/frame/caches';
import { HostDirectory } from './controllers/frame/host-directory';
import { LeaderTerm } from './controllers/term';
import { fleetUsage } from './controllers/usage';
import type { BrakeState, Closed } from './plan/brake';
import { LeaderElector } from './runtime/leader';

export type OperatorSettings = Pick<
  OperatorConfig,
  'brake' | 'hostUnknownAfterMs' | 'identity' | 'leaderElectLeaseMs' | 'namespace' | 'workers'
>;

export interface OperatorPorts {
  readonly connections: Pick<Connections, 'client' | 'leases'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of exceptions that were survived. */
  readonly onFault: OnFault;
  /** A word that was never used before. */
  readonly newNonce: () => string;
  /** Runs it soon, but lets everything else have its turn first. */
  readonly defer: (run: () => void) => void;
}

export class Operator {
  readonly #settings: OperatorSettings;
  readonly #ports: OperatorPorts;
  readonly #caches: Caches;
  readonly #events: EventRecorder;
  readonly #stopping = new AbortController();
  #term: LeaderTerm | undefined;
  #brake: Brake | undefined;
  #leader: LeaderElector | undefined;

  constructor(settings: OperatorSettings, ports: OperatorPorts) {
    this.#settings = settings;
    this.#ports = ports;
    const { clock, log, connections } = ports;
    const { client } = connections;
    this.#events = new EventRecorder({ client, clock, component: 'xen-fleet-operator', instance: settings.identity });
    this.#caches = openCaches({
      ...ports,
      client,
      onDoubt: (resource, cause) => {
        log.warn('list was not continuous: asking every host anew', { resource, cause });
        this.#term?.renewNonce();
      },
    });
  }

  /** What the caches still lack, in words; empty when all kinds are listed. */
  notReady(): string[] {
    return this.#caches.unsynced().map((kind) => `${kind} not listed yet`);
  }

  /** Resolves when it stands for election, or was stopped before that. */
  async start(): Promise<void> {
    const { clock, metrics } = this.#ports;
    const { brake, hostUnknownAfterMs, namespace } = this.#settings;
    this.#caches.start();
    const fleetID = await this.#untilFound();
    if (fleetID === undefined || this.#stopping.signal.aborted) return;
    const caches = this.#caches;
    const directory = new HostDirectory({ caches, clock, fleetID, unknownAfterMs: hostUnknownAfterMs });
    metrics.onCollect(() => (this.#term === undefined ? undefined : fleetUsage(caches, directory, this.#term)));
    const { log } = this.#ports;
    const onState = tellBrake(metrics, log);
    this.#brake = new Brake({ caches, clock, limits: brake, systemNamespace: namespace, onState });
    this.#leader = this.#newLeader(directory, this.#brake);
    this.#leader.start();
  }

  /** Ends in good order: no guest is touched. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#leader?.stop();
    await this.#events.flush();
    this.#brake?.stop();
    await this.#caches.stop();
  }

  #newLeader(directory: HostDirectory, brake: Brake): LeaderElector {
    const { clock, random, connections, metrics, log } = this.#ports;
    const { leaderElectLeaseMs, namespace } = this.#settings;
    const identity = leaderHolder(namespace, this.#settings.identity);
    const leader: LeaderElector = new LeaderElector({
      client: connections.leases,
      clock,
      random,
      lease: { namespace: LEADER_NAMESPACE, name: LEADER_LEASE },
      identity,
      onHeld: standingBack(namespace, { metrics, log }),
      leaseDurationMs: leaderElectLeaseMs,
      renewDeadlineMs: Math.round((leaderElectLeaseMs * 2) / 3),
      retryPeriodMs: Math.round((leaderElectLeaseMs * 2) / 15),
      onStarted: async (number, signal) => {
        log.info('leading', { term: number, identity });
        metrics.leading(true);
        metrics.secondInstallation(false);
        await this.#caches.renew();
        if (!signal.aborted) this.#lead(connections.client.guarded(leader.guard()), directory, brake);
      },
      onStopped: async (number) => {
        metrics.leading(false);
        const ended = this.#term;
        this.#term = undefined;
        await ended?.stop();
        log.info('not leading any more', { term: number });
      },
      onError: (error) => log.warn('leader election', { error }),
    });
    return leader;
  }

  #lead(client: KubeClient, directory: HostDirectory, brake: Brake): void {
    const { workers } = this.#settings;
    const [caches, events] = [this.#caches, this.#events];
    this.#term = new LeaderTerm({ ...this.#ports, caches, directory, brake, client, events, workers });
    this.#term.start();
  }

  /**
   * The fleet's ID: the UID of kube-system. A restored backup keeps it, another cluster has
   * another. Undefined if the operator was stopped before the API server answered.
   */
  async #untilFound(): Promise<string | undefined> {
    const { connections, clock, log } = this.#ports;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const { metadata } = await connections.client.get(NAMESPACES, { name: 'kube-system' }, { signal });
        if (metadata.uid !== undefined) return metadata.uid;
      } catch (error) {
        if (!signal.aborted) log.warn('no answer from the API server yet; trying again', { error });
      }
      await sleep(clock, 1000, signal);
    }
    return undefined;
  }
}

interface Told {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Two operators of one fleet would undo each other's work, so this one waits, ready to follow. */
function standingBack(namespace: string, { metrics, log }: Told): (holder: string) => void {
  let told = '';
  return (holder) => {
    const other = namespaceOfLeader(holder);
    const isSecond = other !== undefined && other !== namespace;
    metrics.secondInstallation(isSecond);
    if (holder === told) return;
    told = holder;
    if (isSecond)
      log.warn('this fleet has an operator in another namespace: uninstall one of them', { holder, namespace });
    else log.info('standing by: another process leads', { holder });
  };
}

/** Logs once for whom the brake closed, and once for whom it is open again. */
function tellBrake(metrics: Metrics, log: Logger): (state: BrakeState, held: number) => void {
  let before = new Set<string>();
  return ({ fleet, namespaces }, held) => {
    const all: [string, Closed][] = [...namespaces].map(([name, closed]) => [`namespace ${name}`, closed]);
    if (fleet !== undefined) all.unshift(['the whole fleet', fleet]);
    metrics.brake(all.length > 0, held);
    for (const [where, { count, limit, vms }] of all) {
      if (before.has(where)) continue;
      log.error('brake closed: no guest is ended for a deleted XenVM', { for: where, deletions: count, limit, vms });
    }
    const now = new Set(all.map(([where]) => where));
    for (const where of [...before].filter((one) => !now.has(one))) log.warn('brake open again', { for: where });
    before = now;
  };
}
