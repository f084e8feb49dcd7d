/**
 * What every kind has: a controller, watches as data, and the keys that a leader begins with. One
 * runner joins them: change → key → queue → reconcile.
 */
import type { Clock, Random } from '../../../common/ports';
import type { OnFault } from '../../../common/survive';
import type { Logger, Metrics } from '../../adapters/types';
import { Controller, type Reconcile } from '../../runtime/controller';
import { WorkQueue } from '../../runtime/workqueue';
import type { Caches } from './caches';
import type { Sources, Watch } from './watch';

export interface Kind {
  /** The name in metrics and logs. */
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Everything that a new leader looks at. */
  readonly all: (caches: Caches) => Iterable<string>;
  readonly reconcile: Reconcile;
  /** Everything is looked at this long after the start; default 0. */
  readonly startDelayMs?: number;
}

export interface KindRunnerOptions {
  readonly sources: Sources;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of exceptions in what runs beside the controllers. */
  readonly onFault: OnFault;
  readonly workers: number;
}

export class KindRunner {
  readonly queue: WorkQueue;
  readonly #kind: Kind;
  readonly #sources: Sources;
  readonly #controller: Controller;
  #undo: (() => void)[] = [];

  constructor(kind: (queue: WorkQueue) => Kind, options: KindRunnerOptions) {
    const { sources, clock, random, metrics, log, onFault, workers } = options;
    this.#sources = sources;
    this.queue = new WorkQueue({
      clock,
      random,
      hooks: {
        onDepth: (depth) => metrics.queueDepth(this.#kind.name, depth),
        onTaken: (waitedMs) => metrics.queueWaited(this.#kind.name, waitedMs),
      },
    });
    this.#kind = kind(this.queue);
    const { name, reconcile } = this.#kind;
    this.#controller = new Controller({
      name,
      queue: this.queue,
      clock,
      workers,
      reconcile,
      onReconciled: (outcome, durationMs) => metrics.reconciled(name, outcome, durationMs),
      onError: (key, error) => log.warn('reconcile failed', { controller: name, key, error }),
      onFault,
    });
  }

  start(): void {
    const enqueue = (key: string, delayMs: number): void =>
      delayMs > 0 ? this.queue.addAfter(key, delayMs) : this.queue.add(key);
    this.#undo = this.#kind.watches.map((watch) => watch.listen(this.#sources, enqueue));
    this.addAll();
    this.#controller.start();
  }

  addAll(): void {
    const { all, startDelayMs = 0 } = this.#kind;
    for (const key of all(this.#sources.caches)) this.queue.addAfter(key, startDelayMs);
  }

  async stop(): Promise<void> {
    for (const undo of this.#undo.splice(0)) undo();
    this.queue.shutDown();
    await this.#controller.stop();
  }
}
