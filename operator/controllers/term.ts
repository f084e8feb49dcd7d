/**
 * One leader's term: a fresh nonce, the kinds with their controllers, and the one placement loop.
 * Nothing of it is left when the term ends.
 *
 * The way of a VM that needs a host:
 *
 *     vm/controller ──request──▶ placement/placement ──claim written──▶ the VM's key, queued first
 *           ▲                                                                        │
 *           └────────────────────────── reconcile: the order ◀──────────────────────┘
 */
import type { KubeClient } from '../../common/kube/client';
import type { EventRecorder } from '../../common/kube/events';
import { sleep } from '../../common/kube/clock';
import type { Clock, Random } from '../../common/ports';
import { survive, type OnFault } from '../../common/survive';
import type { Logger, Metrics } from '../adapters/types';
import { planVm } from '../plan/vm/plan';
import type { WorkQueue } from '../runtime/workqueue';
import type { Brake } from './brake';
import type { Caches } from './frame/caches';
import { HostController } from './host/controller';
import { LeftOutTeller } from './host/left-out';
import { allHosts, HOST_WATCHES } from './host/watches';
import type { HostDirectory } from './frame/host-directory';
import { HostViews } from './frame/host-views';
import { KindRunner, type Kind } from './frame/kind';
import { Ledger } from './placement/ledger';
import { Placement } from './placement/placement';
import { ROOM_WATCHES } from './placement/watches';
import { OperationController } from './operation/controller';
import { allOperations, OPERATION_WATCHES } from './operation/watches';
import { PoolController } from './pool/controller';
import { allPools, GATHER_MS, POOL_WATCHES } from './pool/watches';
import { VmController } from './vm/controller';
import { ReportWaiters } from './vm/report-waiters';
import { VmFactsSource } from './placement/facts-source';
import { allVms, VM_WATCHES } from './vm/watches';
import { Writer } from './frame/writer';

export interface LeaderTermOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly brake: Brake;
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
  /** Runs it soon, but lets everything else have its turn first. */
  readonly defer: (run: () => void) => void;
}

export class LeaderTerm {
  readonly ledger: Ledger;
  readonly placement: Placement;
  readonly #options: LeaderTermOptions;
  readonly #views: HostViews;
  readonly #writer: Writer;
  readonly #facts: VmFactsSource;
  readonly #vms: KindRunner;
  readonly #hosts: KindRunner;
  readonly #kinds: readonly KindRunner[];
  #undo: (() => void)[] = [];

  constructor(options: LeaderTermOptions) {
    this.#options = options;
    const { caches, directory, log } = options;
    directory.nonce = options.newNonce();
    this.#facts = new VmFactsSource(caches, directory, options.brake);
    this.#views = new HostViews(options);
    this.#writer = new Writer(options);
    this.ledger = new Ledger(caches, directory, this.#facts, (kind, key, error) =>
      log.error('object cannot be read: what was known of it stays in force', { kind, key, error }),
    );
    this.placement = this.#newPlacement();
    const runner = { ...options, sources: { caches, views: this.#views } };
    const run = (kind: (queue: WorkQueue) => Kind): KindRunner => new KindRunner(kind, runner);
    this.#hosts = run(() => this.#hostKind());
    this.#vms = run((queue) => this.#vmKind(queue));
    this.#kinds = [this.#hosts, run(() => this.#poolKind()), this.#vms, run(() => this.#operationKind())];
  }

  start(): void {
    const sources = { caches: this.#options.caches, views: this.#views };
    this.#undo = [
      this.#views.onChange((host) => this.ledger.markHost(host)),
      this.#options.brake.onChange((keys) => keys.forEach((key) => this.#vms.queue.add(key))),
      ...ROOM_WATCHES.map((watch) => watch.listen(sources, () => this.placement.wake())),
    ];
    for (const kind of this.#kinds) kind.start();
    this.#views.start();
  }

  /** The caches may lack what the API holds: decisions wait until all hosts report anew. */
  renewNonce(): void {
    this.#options.directory.nonce = this.#options.newNonce();
    this.placement.withdrawAll();
    this.#facts.forgetVouched();
    this.#hosts.addAll();
  }

  async stop(): Promise<void> {
    this.#views.stop();
    for (const undo of this.#undo) undo();
    await Promise.all([...this.#kinds.map((kind) => kind.stop()), this.placement.stop()]);
    this.ledger.stop();
    this.#facts.stop();
  }

  #newPlacement(): Placement {
    const { caches, directory, clock, onFault } = this.#options;
    const run = (turn: () => void): void => survive('placement', onFault, turn);
    return new Placement({
      ...this.#options,
      writer: this.#writer,
      ledger: this.ledger,
      plan: (key) => {
        const vm = caches.vms.get(key);
        return vm === undefined ? undefined : planVm(this.#facts.of(vm, undefined));
      },
      bootOf: (host) => directory.view(host)?.bootID,
      onClaimed: (vm) => this.#facts.vouchFor(vm),
      // What is half done is finished before anything new is begun.
      onOutcome: (key) => this.#vms.queue.add(key, 1),
      defer: (turn) => this.#options.defer(() => run(turn)),
      pause: (ms) => sleep(clock, ms),
    });
  }

  #vmKind(queue: WorkQueue): Kind {
    const { ledger, placement } = this;
    const facts = this.#facts;
    const waiters = new ReportWaiters(this.#options.directory);
    const onRead = (key: string): void => queue.rereading(key);
    const { reconcile } = new VmController({
      ...this.#options,
      writer: this.#writer,
      facts,
      ledger,
      placement,
      waiters,
      onRead,
    });
    return { name: 'vm', watches: [...VM_WATCHES, waiters.watch], all: allVms, reconcile };
  }

  #hostKind(): Kind {
    const leftOut = new LeftOutTeller(this.#options);
    const { reconcile } = new HostController({ ...this.#options, writer: this.#writer, ledger: this.ledger, leftOut });
    return { name: 'host', watches: HOST_WATCHES, all: allHosts, reconcile };
  }

  #operationKind(): Kind {
    const { reconcile } = new OperationController({ ...this.#options, writer: this.#writer, facts: this.#facts });
    return { name: 'operation', watches: OPERATION_WATCHES, all: allOperations, reconcile };
  }

  #poolKind(): Kind {
    const { reconcile } = new PoolController({ ...this.#options, writer: this.#writer, ledger: this.ledger });
    return { name: 'pool', watches: POOL_WATCHES, all: allPools, reconcile, startDelayMs: GATHER_MS };
  }
}
