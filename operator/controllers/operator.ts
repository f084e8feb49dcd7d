/** One leader's term: a fresh nonce, the controllers, and the wires between caches and queues. Ends without a trace. */
import type { KubeClient } from '../../common/kube/client';
import type { EventRecorder } from '../../common/kube/events';
import { sleep } from '../../common/kube/clock';
import { keyOf } from '../../common/kube/types';
import { hostOfNamespace } from '../../common/names';
import type { Clock, Random, Timer } from '../../common/ports';
import type { Logger, Metrics } from '../adapters/types';
import type { XenAgent, XenDomain, XenPool } from '../../crds/generated/types';
import { planVm, type Action } from '../plan/vm';
import { Controller, type Reconcile } from '../runtime/controller';
import type { StoreChange } from '../runtime/store';
import { WorkQueue } from '../runtime/workqueue';
import type { Fleet } from './fleet';
import { HostController } from './hosts';
import { Ledger } from './ledger';
import { Placement } from './placement';
import { PoolController, watchPools } from './pools';
import { VmController } from './vms';
import type { World } from './world';

export interface TermOptions {
  readonly world: World;
  readonly fleet: Fleet;
  /** Guarded by this term of leadership. */
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly workers: number;
  readonly newNonce: () => string;
}

/** Silence is looked for so often. */
const PULSE_MS = 1000;
/** A change of the roster reaches the agents in one go. */
const ROSTER_DELAY_MS = 2000;

export class Term {
  readonly ledger: Ledger;
  readonly placement: Placement;
  readonly #options: TermOptions;
  readonly #vmQueue: WorkQueue;
  readonly #hostQueue: WorkQueue;
  readonly #poolQueue: WorkQueue;
  readonly #controllers: Controller[];
  readonly #undo: (() => void)[] = [];
  readonly #hostStates = new Map<string, string>();
  #pulseTimer: Timer | undefined;

  constructor(options: TermOptions) {
    this.#options = options;
    const { world, fleet, client, events, clock, metrics, log } = options;
    fleet.nonce = options.newNonce();
    this.#vmQueue = this.#queue('vm');
    this.#hostQueue = this.#queue('host');
    this.#poolQueue = this.#queue('pool');
    this.ledger = new Ledger(world, fleet, (kind, key, error) =>
      log.error('object cannot be read: what was known of it stays in force', { kind, key, error }),
    );
    const defer = (run: () => void): void => void setImmediate(run); // a timer would take a millisecond
    const pause = (ms: number): Promise<void> => sleep(clock, ms);
    // What is half done is finished before anything new is begun.
    const onOutcome = (key: string): void => this.#vmQueue.add(key, 1);
    const { ledger } = this;
    const plan = (key: string): Action | undefined => {
      const vm = world.vms.get(key);
      return vm === undefined ? undefined : planVm(fleet.worldOf(vm, undefined));
    };
    this.placement = new Placement({ world, ledger, client, clock, metrics, log, plan, onOutcome, defer, pause });
    const vms = new VmController({
      world,
      fleet,
      ledger,
      placement: this.placement,
      client,
      events,
      clock,
      metrics,
      log,
      onRead: (key) => this.#vmQueue.rereading(key),
    });
    const hosts = new HostController({ world, fleet, ledger, client, clock, log });
    const pools = new PoolController({ world, fleet, ledger, client, events, clock });
    this.#controllers = [
      this.#controller('host', this.#hostQueue, hosts.reconcile),
      this.#controller('pool', this.#poolQueue, pools.reconcile),
      this.#controller('vm', this.#vmQueue, vms.reconcile),
    ];
  }

  start(): void {
    this.#wire();
    for (const host of this.#options.world.hosts.all()) this.#hostQueue.add(host.metadata.name);
    for (const vm of this.#options.world.vms.all()) this.#vmQueue.add(keyOf(vm.metadata));
    for (const order of this.#options.world.domains.all()) this.#vmQueue.add(vmOf(order));
    for (const controller of this.#controllers) controller.start();
    this.#pulse();
  }

  /** What was cached is in doubt: every host must report anew before decisions go on. */
  renewNonce(): void {
    this.#options.fleet.nonce = this.#options.newNonce();
    this.placement.withdrawAll();
    this.#allHosts();
  }

  async stop(): Promise<void> {
    this.#pulseTimer?.cancel();
    for (const undo of this.#undo) undo();
    this.#vmQueue.shutDown();
    this.#hostQueue.shutDown();
    this.#poolQueue.shutDown();
    await Promise.all([...this.#controllers.map((controller) => controller.stop()), this.placement.stop()]);
    this.ledger.stop();
  }

  #queue(controller: string): WorkQueue {
    const { clock, random, metrics } = this.#options;
    const onDepth = (depth: number): void => metrics.queueDepth(controller, depth);
    const onTaken = (waitedMs: number): void => metrics.queueWaited(controller, waitedMs);
    return new WorkQueue({ clock, random, hooks: { onDepth, onTaken } });
  }

  #controller(name: string, queue: WorkQueue, reconcile: Reconcile): Controller {
    const { clock, workers, metrics, log } = this.#options;
    return new Controller({
      name,
      queue,
      clock,
      workers,
      reconcile,
      onReconciled: (outcome, durationMs) => metrics.reconciled(name, outcome, durationMs),
      onError: (key, error) => log.warn('reconcile failed', { controller: name, key, error }),
    });
  }

  #wire(): void {
    const { world } = this.#options;
    this.#undo.push(
      ...watchPools(world, this.#poolQueue),
      world.pools.onChange((change) => this.#rulesChanged(change)),
      world.vms.onChange((change) => {
        this.#vmQueue.add(change.key);
        if (change.type !== 'added') this.placement.wake();
      }),
      world.domains.onChange((change) => {
        this.#vmQueue.add(vmOf('object' in change ? change.object : change.old));
        if (change.type === 'deleted') this.placement.wake();
      }),
      world.agents.onChange((change) => this.#agentChanged('object' in change ? change.object : change.old)),
      world.hosts.onChange((change) => {
        this.#hostQueue.add(change.key);
        if (change.type !== 'updated') this.#allHosts(ROSTER_DELAY_MS);
        this.#lookAt(change.key);
        this.placement.wake();
      }),
      world.namespaces.onChange((change) => {
        const host = hostOfNamespace(change.key);
        if (host === undefined) this.#vmsOf('namespace', change.key);
        else this.#hostChanged(host);
      }),
      world.leases.onChange((change) => {
        const host = hostOfNamespace(change.key.split('/')[0] ?? '');
        if (host !== undefined) this.#lookAt(host);
      }),
      world.classes.onChange((change) => this.#vmsOf('class', change.key)),
      world.storagePools.onChange((change) => {
        this.#vmsOf('storagePool', change.key);
        this.#allHosts();
      }),
      world.networks.onChange((change) => {
        this.#vmsOf('network', change.key);
        this.#allHosts();
      }),
    );
  }

  /** Other rules, other answers for whoever waits; what a pool's page shows changes nothing. */
  #rulesChanged(change: StoreChange<XenPool>): void {
    if (change.type === 'updated' && change.old.metadata.generation === change.object.metadata.generation) return;
    this.placement.wake();
  }

  #agentChanged(agent: XenAgent): void {
    const host = agent.metadata.name;
    this.#hostChanged(host);
    const reported = [...(agent.status?.domains ?? []), ...(agent.status?.records ?? [])];
    for (const { uuid } of reported) {
      for (const vm of this.#options.world.vms.byIndex('uuid', uuid)) this.#vmQueue.add(keyOf(vm.metadata));
    }
    this.#pendingVms();
  }

  /** Whoever waits for a report may go on now. */
  #pendingVms(): void {
    this.#vmsOf('unsettled', 'yes');
    this.placement.wake();
  }

  #hostChanged(host: string): void {
    this.#hostQueue.add(host);
    this.ledger.markHost(host);
    this.#lookAt(host);
  }

  /** Where the host looks different from before, all that depends on it is looked at again. */
  #lookAt(host: string): void {
    if (!this.#stateChanged(host)) return;
    this.#hostQueue.add(host);
    this.ledger.markHost(host);
    this.#vmsOf('host', host);
    this.#pendingVms();
  }

  /** True where the host looks different from when we last asked. */
  #stateChanged(host: string): boolean {
    const view = this.#options.fleet.view(host);
    const state = JSON.stringify(view ?? null);
    if (this.#hostStates.get(host) === state) return false;
    this.#hostStates.set(host, state);
    return true;
  }

  #vmsOf(index: string, value: string): void {
    for (const vm of this.#options.world.vms.byIndex(index, value)) this.#vmQueue.add(keyOf(vm.metadata));
  }

  #allHosts(delayMs = 0): void {
    for (const host of this.#options.world.hosts.all()) this.#hostQueue.addAfter(host.metadata.name, delayMs);
  }

  /** Silence makes no event: look for it. */
  #pulse(): void {
    this.#pulseTimer = this.#options.clock.setTimer(PULSE_MS, () => this.#pulse());
    for (const host of this.#options.world.hosts.all()) this.#lookAt(host.metadata.name);
  }
}

function vmOf(order: XenDomain): string {
  return `${order.spec.vm.namespace}/${order.spec.vm.name}`;
}
