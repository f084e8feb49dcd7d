/**
 * The one loop that chooses hosts and finds room for VMs that grow, counting every decision made.
 * Choosing is synchronous; claims are written in parallel, each a compare-and-swap on its VM.
 *
 *     request ─▶ due ──turn──▶ fits: the plan is asked again ─▶ claim ─▶ outcome
 *                 ▲             └ does not: parked, and explained
 *                 └── a change that may help ──┘
 *
 * A turn has a budget, and what is left waits for the next turn of the event loop: however many VMs
 * of one tenant wait, the Lease is renewed and the VMs of others are placed meanwhile.
 */
import type { KubeClient } from '../../../common/kube/client';
import type { Clock } from '../../../common/ports';
import type { XenVM } from '../../../crds/generated/types';
import type { Logger, Metrics } from '../../adapters/types';
import type { Reservation } from '../../plan/vm/reservation';
import { uuidOf } from '../../plan/vm/resolve';
import type { Action } from '../../plan/vm/action';
import type { VmSpec } from '../../../scheduler';
import type { Claim } from './claim';
import { ClaimWriter } from './claim-writer';
import { FairQueue } from './fair-queue';
import type { Stamp } from './gains';
import type { Ask, Ledger } from './ledger';
import { Explainer, type Unplaced } from './unplaced';
import { isSame, rankOf, shapeOf, type Wish, type WishKind } from './wish';
import type { Caches } from '../frame/caches';
import type { Writer } from '../frame/writer';

export type { Unplaced } from './unplaced';

export interface PlacementOptions {
  readonly caches: Caches;
  readonly ledger: Ledger;
  /** To read a claim whose write was not answered. */
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** What the plan of this VM says now, on the newest caches. */
  readonly plan: (key: string) => Action | undefined;
  /** The claim is written: it is the newest there is. */
  readonly onClaimed: (vm: XenVM) => void;
  /** Look at this VM again: it has a claim, could not get one, or waits for another reason. */
  readonly onOutcome: (key: string) => void;
  /** Calls as soon as possible, in a later turn of the event loop. */
  readonly defer: (run: () => void) => void;
  readonly pause: (ms: number) => Promise<void>;
  /** The boot of a host's Dom0 that last reported. */
  readonly bootOf: (host: string) => string | undefined;
}

/** Time for decisions in one turn. */
const BUDGET_MS = 20;
/** Time for explanations in one turn; each may take milliseconds. */
const EXPLAIN_BUDGET_MS = 5;
/** How many shapes that do not fit are remembered. With more, all are forgotten. */
const MOST_REFUSED = 4096;

export class Placement {
  readonly #options: PlacementOptions;
  readonly #explainer: Explainer;
  readonly #wishes = new Map<string, Wish>();
  readonly #due = new FairQueue();
  readonly #refused = new Map<string, Stamp>();
  readonly #claims: ClaimWriter;
  #scheduled = false;
  #stopped = false;

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#explainer = new Explainer({ ...options, onDue: () => this.#kick() });
    this.#claims = new ClaimWriter({
      ...options,
      onOutcome: (key) => {
        options.onOutcome(key);
        this.wake();
      },
    });
  }

  /**
   * Asks for a host with a claim of at least this epoch, or for room to grow under the claim of
   * this epoch. False while a claim of the VM is being written: its outcome leads to a new look.
   */
  request(key: string, vm: XenVM, epoch: number, kind: WishKind = 'place'): boolean {
    if (this.#claims.isWriting(key)) return false;
    const ask = this.#ask(vm, kind);
    if (ask === undefined) {
      this.withdraw(key);
      return true;
    }
    const wish: Wish = { uid: vm.metadata.uid ?? '', kind, epoch, spec: ask.spec, shape: shapeOf(ask.spec) };
    const known = this.#wishes.get(key);
    if (known !== undefined && isSame(known, wish)) return true;
    if (known !== undefined) this.withdraw(key);
    this.#wishes.set(key, wish);
    this.#due.add(key, rankOf(wish));
    this.#kick();
    return true;
  }

  /** The VM asks for nothing any more. */
  withdraw(key: string): void {
    this.#wishes.delete(key);
    this.#due.delete(key);
    this.#explainer.forget(key);
  }

  /** The facts behind the requests are in doubt: whoever still needs room asks again. */
  withdrawAll(): void {
    for (const key of [...this.#wishes.keys()]) {
      this.withdraw(key);
      this.#options.onOutcome(key);
    }
  }

  /** Something changed that may make room. */
  wake(): void {
    if (this.#wishes.size > 0) this.#kick();
  }

  unplaced(key: string): Unplaced | undefined {
    return this.#explainer.said(key);
  }

  allUnplaced(): Iterable<Unplaced> {
    return this.#explainer.all();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#explainer.stop();
    await this.#claims.stop();
  }

  #ask(vm: XenVM, kind: WishKind): Ask | undefined {
    const { ledger } = this.#options;
    return kind === 'place' ? ledger.placing(vm) : ledger.growing(vm);
  }

  #kick(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      if (this.#stopped) return;
      try {
        this.#turn();
      } catch (error) {
        this.#options.log.error('a turn of the placement loop failed', { error });
      }
      if (this.#due.size > 0 || this.#explainer.due.size > 0) this.#kick();
    });
  }

  #turn(): void {
    this.#options.ledger.flush();
    this.#wakeHelped();
    this.#work(this.#due, BUDGET_MS, (key) => this.#decide(key));
    if (this.#due.size === 0) this.#work(this.#explainer.due, EXPLAIN_BUDGET_MS, (key) => this.#explain(key));
  }

  /** An exception parks only the VM that caused it; the others have their turn. */
  #work(queue: FairQueue, budgetMs: number, act: (key: string) => void): void {
    const { clock, ledger, log } = this.#options;
    const untilMs = clock.monotonicMs() + budgetMs;
    for (let key = queue.take(); key !== undefined; key = queue.take()) {
      try {
        act(key);
      } catch (error) {
        const wish = this.#wishes.get(key);
        if (wish !== undefined) wish.parked = ledger.gains.stamp;
        log.error('no decision about this VM', { vm: key, error });
      }
      if (clock.monotonicMs() >= untilMs) return;
    }
  }

  #wakeHelped(): void {
    const { gains } = this.#options.ledger;
    for (const [key, wish] of this.#wishes) {
      if (wish.parked === undefined || !gains.mayHelp(wish.spec, wish.parked)) continue;
      delete wish.parked;
      this.#due.add(key, rankOf(wish), true);
    }
  }

  #decide(key: string): void {
    const { caches, metrics } = this.#options;
    const wish = this.#wishes.get(key);
    if (wish === undefined) return;
    const vm = caches.vms.get(key);
    const ask = vm?.metadata.uid === wish.uid ? this.#ask(vm, wish.kind) : undefined;
    if (vm === undefined || ask === undefined) return this.withdraw(key);
    const host = wish.kind === 'place' ? this.#find(ask.spec) : this.#growsOn(ask.spec);
    // Placing the VM on the host that has the claim already would change nothing but the epoch.
    if (host === undefined || (wish.kind === 'place' && vm.status?.placement?.host === host)) {
      metrics.placement('unschedulable');
      return this.#park(key, wish);
    }
    // The facts that led to the request may have changed since.
    const action = this.#options.plan(key);
    if (action === undefined || action.do !== wish.kind || action.epoch !== wish.epoch) {
      this.withdraw(key);
      return this.#options.onOutcome(key);
    }
    this.withdraw(key);
    this.#options.ledger.assume(vm, host, ask.reserved);
    this.#claims.write(key, vm, this.#claimOf(vm, wish, host, ask.reserved));
  }

  /** Growing changes nothing about the boot that the claim counts on. */
  #claimOf(vm: XenVM, { kind, epoch }: Wish, host: string, reserved: Reservation): Claim {
    const bootID = kind === 'grow' ? vm.status?.placement?.bootID : this.#options.bootOf(host);
    return { host, epoch, bootID, uuid: uuidOf(vm), reserved };
  }

  #find(spec: VmSpec): string | undefined {
    const { ledger } = this.#options;
    const shape = shapeOf(spec);
    const known = this.#refused.get(shape);
    if (known !== undefined && !ledger.gains.mayHelp(spec, known)) return undefined;
    const host = ledger.scheduler.find(spec);
    if (host !== undefined) return host;
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    this.#refused.set(shape, ledger.gains.stamp);
    return undefined;
  }

  #growsOn(spec: VmSpec): string | undefined {
    return this.#options.ledger.scheduler.fitsGrown(spec).fits ? spec.host : undefined;
  }

  #park(key: string, wish: Wish): void {
    wish.parked = this.#options.ledger.gains.stamp;
    this.#explainer.add(key, rankOf(wish));
  }

  /** Finds why the VM does not fit, and what would help. */
  #explain(key: string): void {
    const { caches, onOutcome } = this.#options;
    const wish = this.#wishes.get(key);
    const vm = caches.vms.get(key);
    const ask = wish === undefined || vm === undefined ? undefined : this.#ask(vm, wish.kind);
    if (wish === undefined || ask === undefined) return;
    if (this.#explainer.explain(key, wish.kind, ask)) onOutcome(key);
  }
}
