/**
 * The one loop that chooses hosts and finds room for VMs that grow, counting every decision made.
 * Choosing is synchronous; claims are written in parallel, each a compare-and-swap on its VM.
 *
 *     request ─▶ due ──turn──▶ fits: the plan is asked again ─▶ claim ─▶ outcome
 *                 ▲             └ does not: parked, and explained
 *                 └── a change that may help ──┘
 *
 * Each turn has a budget (`turns.ts`).
 */
import type { KubeClient } from '../../../common/kube/client';
import type { Clock } from '../../../common/ports';
import type { XenVM } from '../../../crds/generated/types';
import type { Logger, Metrics } from '../../adapters/types';
import type { Reservation } from '../../plan/vm/reservation';
import { uuidOf } from '../../plan/vm/resolve';
import type { Action } from '../../plan/vm/action';
import type { Claim } from './claim';
import { ClaimWriter } from './claim-writer';
import { FairQueue } from './fair-queue';
import { Finder } from './finder';
import type { Ask, Ledger } from './ledger';
import { Turns, type Work } from './turns';
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

export class Placement {
  readonly #options: PlacementOptions;
  readonly #explainer: Explainer;
  readonly #wishes = new Map<string, Wish>();
  readonly #due = new FairQueue();
  readonly #finder: Finder;
  readonly #turns: Turns;
  readonly #claims: ClaimWriter;

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#finder = new Finder(options.ledger);
    this.#turns = new Turns({
      ...options,
      turn: () => this.#turn(),
      isLeft: () => this.#due.size > 0 || this.#explainer.due.size > 0,
    });
    this.#explainer = new Explainer({ ...options, onDue: () => this.#turns.kick() });
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
    this.#turns.kick();
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
    if (this.#wishes.size > 0) this.#turns.kick();
  }

  unplaced(key: string): Unplaced | undefined {
    return this.#explainer.said(key);
  }

  allUnplaced(): Iterable<Unplaced> {
    return this.#explainer.all();
  }

  async stop(): Promise<void> {
    this.#turns.stop();
    this.#explainer.stop();
    await this.#claims.stop();
  }

  #ask(vm: XenVM, kind: WishKind): Ask | undefined {
    const { ledger } = this.#options;
    return kind === 'place' ? ledger.placing(vm) : ledger.growing(vm);
  }

  #turn(): void {
    this.#options.ledger.flush();
    this.#wakeHelped();
    this.#turns.work(
      this.#due,
      this.#work(BUDGET_MS, (key) => this.#decide(key)),
    );
    if (this.#due.size > 0) return;
    this.#turns.work(
      this.#explainer.due,
      this.#work(EXPLAIN_BUDGET_MS, (key) => this.#explain(key)),
    );
  }

  /** An exception parks the VM that caused it. */
  #work(budgetMs: number, act: (key: string) => void): Work {
    const { ledger, log } = this.#options;
    const onError = (key: string, error: unknown): void => {
      const wish = this.#wishes.get(key);
      if (wish !== undefined) wish.parked = ledger.gains.stamp;
      log.error('no decision about this VM', { vm: key, error });
    };
    return { budgetMs, act, onError };
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
    const host = wish.kind === 'place' ? this.#finder.find(ask.spec) : this.#finder.grows(ask.spec);
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
