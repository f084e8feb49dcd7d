/**
 * Why VMs wait for room, in words: found once for all that ask for the same, and again when the
 * fleet has changed.
 */
import type { Clock, Timer } from '../../../common/ports';
import type { Reservation } from '../../plan/vm/reservation';
import {
  counterfactualText,
  message,
  ofAtMost,
  type Counterfactual,
  type Explanation,
  type VmSpec,
} from '../../../scheduler';
import { FairQueue, type Rank } from './fair-queue';
import type { Ask, Ledger } from './ledger';
import { shapeOf, type WishKind } from './wish';

export interface Unplaced {
  readonly kind: WishKind;
  readonly reason: string;
  /** The reason, and what would help. */
  readonly message: string;
  readonly explanation: Explanation;
}

/** How many of the changes that would help are named. */
const HINTS = 3;
/** How often explanations are brought up to date. */
const REFRESH_MS = 1000;
/** How many shapes keep their answer. The one that was found longest ago goes first. */
const MOST_SHAPES = 512;

interface Answer {
  readonly room: number;
  readonly company: number;
  readonly unplaced: Unplaced;
}

export interface ExplainerOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Called when there is something to explain. */
  readonly onDue: () => void;
}

export class Explainer {
  readonly due = new FairQueue();
  readonly #options: ExplainerOptions;
  readonly #ledger: Ledger;
  readonly #said = new Map<string, Unplaced>();
  /** VMs that were explained before the fleet changed. */
  readonly #stale = new Map<string, Rank>();
  readonly #answers = new Map<string, Answer>();
  #refresh: Timer | undefined;

  constructor(options: ExplainerOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
  }

  /** The VM was refused: explained at once the first time, later with the next update of all. */
  add(key: string, rank: Rank): void {
    if (!this.#said.has(key)) return this.due.add(key, rank);
    this.#stale.set(key, rank);
    this.#refresh ??= this.#options.clock.setTimer(REFRESH_MS, () => this.#refreshAll());
  }

  forget(key: string): void {
    this.due.delete(key);
    this.#stale.delete(key);
    this.#said.delete(key);
  }

  stop(): void {
    this.#refresh?.cancel();
  }

  said(key: string): Unplaced | undefined {
    return this.#said.get(key);
  }

  all(): Iterable<Unplaced> {
    return this.#said.values();
  }

  /** Finds the explanation. True if it is a new one. */
  explain(key: string, kind: WishKind, { spec, reserved }: Ask): boolean {
    const before = this.#said.get(key);
    const found = kind === 'place' ? this.#placing(spec, before) : this.#growing(spec, reserved);
    if (found === undefined || found.message === before?.message) return false;
    this.#said.set(key, found);
    return true;
  }

  #refreshAll(): void {
    this.#refresh = undefined;
    for (const [key, rank] of this.#stale) this.due.add(key, rank, true);
    this.#stale.clear();
    this.#options.onDue();
  }

  /** Why this VM has no host. Undefined if it would fit now. */
  #placing(spec: VmSpec, before: Unplaced | undefined): Unplaced | undefined {
    const now = this.#ledger.gains.stamp;
    const shape = shapeOf(spec);
    const known = this.#answers.get(shape);
    if (known !== undefined && known.room === now.room && known.company === now.company) return known.unplaced;
    const { scheduler } = this.#ledger;
    const explanation = scheduler.explain(spec);
    if (explanation.fitting > 0) return undefined;
    const reason = message(explanation, spec.namespace);
    // Finding what would help asks the scheduler many times, so it is done only for a new reason.
    const unplaced = before?.reason === reason ? before : this.#withHints(spec, reason, explanation);
    this.#answers.delete(shape);
    if (this.#answers.size >= MOST_SHAPES)
      for (const oldest of this.#answers.keys()) if (this.#answers.delete(oldest)) break;
    this.#answers.set(shape, { ...now, unplaced });
    return unplaced;
  }

  /** Why this VM cannot grow where it is. Undefined if it could now. */
  #growing(spec: VmSpec, reserved: Reservation): Unplaced | undefined {
    const growth = this.#ledger.scheduler.fitsGrown(spec);
    if (growth.fits) return undefined;
    const { explanation } = growth;
    const { vcpus, memoryMiB, hvm } = reserved;
    const size = `${vcpus} vCPU${vcpus === 1 ? '' : 's'} and ${memoryMiB} MiB${hvm ? ' as an hvm guest' : ''}`;
    const reason = `host ${spec.host} has no room for ${size}: ${shortfalls(explanation)}`;
    const remedy = 'It grows by itself once there is room; ask for less, or free some on that host';
    return { kind: 'grow', reason, message: `${reason}. What was granted stays in force. ${remedy}`, explanation };
  }

  #withHints(spec: VmSpec, reason: string, explanation: Explanation): Unplaced {
    const help = this.#ledger.scheduler.counterfactuals(spec).filter((found) => isForTenant(found, spec.namespace));
    const hints = help.slice(0, HINTS).map(counterfactualText);
    return { kind: 'place', reason, message: [reason, ...hints].join('. '), explanation };
  }
}

/**
 * "37184 MiB of memory short; 4 vCPU short". Where a loss of hosts is the reason, the VMs of other
 * tenants are not named.
 */
function shortfalls({ filters }: Explanation): string {
  const parts = filters.map(({ filter, nearest, reason }) => {
    if (filter === 'HostFailures') return 'its pool could not restart the VMs of lost hosts any more';
    if (nearest === undefined) return reason;
    const { amount, unit, resource, limit } = nearest.shortfall;
    if (limit !== undefined) return `its Dom0 carries no more ${resource}, ${ofAtMost(amount, limit)}`;
    return `${amount} ${unit} ${unit === 'MiB' ? `of ${resource} ` : ''}short`;
  });
  return parts.join('; ');
}

/** Tenants are strangers: nobody learns the names of another tenant's VMs. */
function isForTenant(found: Counterfactual, namespace: string): boolean {
  return found.kind !== 'move' || found.moves.every(({ vm }) => vm.startsWith(`${namespace}.`));
}
