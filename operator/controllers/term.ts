/** One leader's term: a fresh nonce, the controllers, and the wires between caches and queues. Ends without a trace. */
import type { KubeClient } from '../../common/kube/client';
import type { EventRecorder } from '../../common/kube/events';
import { sleep } from '../../common/kube/clock';
import { keyOf } from '../../common/kube/types';
import type { Clock, Random, Timer } from '../../common/ports';
import { survive, type OnFault } from '../../common/survive';
import type { Logger, Metrics } from '../adapters/types';
import { planVm, type Action } from '../plan/vm/plan';
import { Controller, type Reconcile } from '../runtime/controller';
import { WorkQueue } from '../runtime/workqueue';
import type { HostDirectory } from './host-directory';
import { HostController } from './host/controller';
import { Ledger } from './placement/ledger';
import { LeftOutTeller } from './host/left-out';
import { Placement } from './placement/placement';
import { PoolController } from './pool/controller';
import { VmController } from './vm/controller';
import { VmFactsSource } from './vm/facts-source';
import { vmOf, Wires } from './wires';
import type { Caches } from './caches';

export interface LeaderTermOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  /** Guarded by this term of leadership. */
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of exceptions in what runs beside the controllers. */
  readonly onFault: OnFault;
  readonly workers: number;
  readonly newNonce: () => string;
}

/** Hosts that fell silent are looked for at this interval. */
const PULSE_MS = 1000;

export class LeaderTerm {
  readonly ledger: Ledger;
  readonly placement: Placement;
  readonly #options: LeaderTermOptions;
  readonly #vmQueue: WorkQueue;
  readonly #hostQueue: WorkQueue;
  readonly #poolQueue: WorkQueue;
  readonly #controllers: Controller[];
  readonly #wires: Wires;
  #pulseTimer: Timer | undefined;

  constructor(options: LeaderTermOptions) {
    this.#options = options;
    const { caches, directory, client, events, clock, metrics, log } = options;
    directory.nonce = options.newNonce();
    this.#vmQueue = this.#queue('vm');
    this.#hostQueue = this.#queue('host');
    this.#poolQueue = this.#queue('pool');
    const facts = new VmFactsSource(caches, directory);
    this.ledger = new Ledger(caches, directory, facts, (kind, key, error) =>
      log.error('object cannot be read: what was known of it stays in force', { kind, key, error }),
    );
    const place = (run: () => void): void => survive('placement', options.onFault, run);
    const defer = (run: () => void): void => void setImmediate(place, run); // a timer would take a millisecond
    const pause = (ms: number): Promise<void> => sleep(clock, ms);
    // What is half done is finished before anything new is begun.
    const onOutcome = (key: string): void => this.#vmQueue.add(key, 1);
    const { ledger } = this;
    const bootOf = (host: string): string | undefined => directory.view(host)?.bootID;
    const plan = (key: string): Action | undefined => {
      const vm = caches.vms.get(key);
      return vm === undefined ? undefined : planVm(facts.of(vm, undefined));
    };
    const loop = { plan, bootOf, onOutcome, defer, pause };
    this.placement = new Placement({ caches, ledger, client, clock, metrics, log, ...loop });
    const vms = new VmController({
      caches,
      facts,
      ledger,
      placement: this.placement,
      client,
      events,
      clock,
      metrics,
      log,
      onRead: (key) => this.#vmQueue.rereading(key),
    });
    const leftOut = new LeftOutTeller({ caches, events, metrics, log });
    const hosts = new HostController({ caches, directory, ledger, client, clock, log, leftOut });
    const pools = new PoolController({ caches, directory, ledger, client, events, clock });
    const queues = { vm: this.#vmQueue, host: this.#hostQueue, pool: this.#poolQueue };
    this.#wires = new Wires({ caches, directory, ledger, placement: this.placement, queues });
    this.#controllers = [
      this.#controller('host', this.#hostQueue, hosts.reconcile),
      this.#controller('pool', this.#poolQueue, pools.reconcile),
      this.#controller('vm', this.#vmQueue, vms.reconcile),
    ];
  }

  start(): void {
    this.#wires.start();
    for (const host of this.#options.caches.hosts.all()) this.#hostQueue.add(host.metadata.name);
    for (const vm of this.#options.caches.vms.all()) this.#vmQueue.add(keyOf(vm.metadata));
    for (const order of this.#options.caches.domains.all()) this.#vmQueue.add(vmOf(order));
    for (const controller of this.#controllers) controller.start();
    this.#pulse();
  }

  /** What was cached is in doubt: every host must report anew before decisions go on. */
  renewNonce(): void {
    this.#options.directory.nonce = this.#options.newNonce();
    this.placement.withdrawAll();
    this.#wires.allHosts();
  }

  async stop(): Promise<void> {
    this.#pulseTimer?.cancel();
    this.#wires.stop();
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
      onFault: this.#options.onFault,
    });
  }

  /** Silence makes no event: look for it. */
  #pulse(): void {
    const { caches, clock, onFault } = this.#options;
    this.#pulseTimer = clock.setTimer(PULSE_MS, () => this.#pulse());
    caches.hosts.all().forEach(({ metadata }) => survive('pulse', onFault, () => this.#wires.lookAt(metadata.name)));
  }
}
