/**
 * The one loop that chooses hosts: the most urgent pending VM first, on a picture that counts every decision already made.
 * Choosing is synchronous; claims are written side by side, each a compare-and-swap on the VM that was looked at.
 */
import type { KubeClient } from '../../common/kube/client';
import { isKubeError } from '../../common/kube/errors';
import { XENVMS } from '../../common/kube/resources';
import type { XenVM } from '../../crds/generated/types';
import type { Logger, Metrics } from '../adapters/types';
import { uuidOf } from '../plan/vm/resolve';
import {
  byUrgency,
  counterfactualText,
  message,
  type Counterfactual,
  type Explanation,
  type VmSpec,
} from '../../scheduler';
import { writeClaim } from './claim';
import type { Ledger } from './ledger';
import type { World } from './world';

export interface PlacementOptions {
  readonly world: World;
  readonly ledger: Ledger;
  /** Guarded by leadership. */
  readonly client: KubeClient;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The VM has a claim now, could not get one, or its reason for waiting changed: look at it again. */
  readonly onOutcome: (key: string) => void;
  /** Calls at once, in a later turn of the event loop. */
  readonly defer: (run: () => void) => void;
  readonly pause: (ms: number) => Promise<void>;
  /** The boot of a host's Dom0 that last reported. */
  readonly bootOf: (host: string) => string | undefined;
}

const LOOK_AGAIN_MS = 1000;
/** So many ways out are told. */
const HINTS = 3;

interface Wish {
  readonly vm: XenVM;
  readonly epoch: number;
  readonly spec: VmSpec;
}

export interface Unplaced {
  readonly reason: string;
  /** The reason, and what would help. */
  readonly message: string;
  readonly explanation: Explanation;
}

export class Placement {
  readonly #options: PlacementOptions;
  readonly #wishes = new Map<string, { vm: XenVM; epoch: number }>();
  readonly #unplaced = new Map<string, Unplaced>();
  /** VMs whose claim is being written. */
  readonly #claiming = new Set<string>();
  readonly #writing = new Set<Promise<void>>();
  #scheduled = false;
  #stopped = false;

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  /** Asks for a host for this VM, with a claim of at least this epoch. False while its claim is being written: the outcome will tell. */
  request(key: string, vm: XenVM, epoch: number): boolean {
    if (this.#claiming.has(key)) return false;
    this.#wishes.set(key, { vm, epoch });
    this.#kick();
    return true;
  }

  /** The VM needs no host any more. */
  withdraw(key: string): void {
    this.#wishes.delete(key);
    this.#unplaced.delete(key);
  }

  /** Something changed that may make room. */
  wake(): void {
    if (this.#wishes.size > 0) this.#kick();
  }

  unplaced(key: string): Unplaced | undefined {
    return this.#unplaced.get(key);
  }

  allUnplaced(): Iterable<Unplaced> {
    return this.#unplaced.values();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled([...this.#writing]);
  }

  #kick(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#round();
    });
  }

  #round(): void {
    const { ledger } = this.#options;
    ledger.flush();
    const wishes = [...this.#wishes].map(([key, wish]) => ({ key, ...wish, spec: ledger.specOf(wish.vm) }));
    wishes.sort((a, b) => byUrgency(a.spec, b.spec));
    for (const { key, ...wish } of wishes) this.#decide(key, wish);
  }

  #decide(key: string, wish: Wish): void {
    const { ledger, metrics } = this.#options;
    const host = ledger.scheduler.find(wish.spec);
    if (host === undefined) {
      metrics.placement('unschedulable');
      this.#explain(key, wish.spec);
      return;
    }
    this.#wishes.delete(key);
    this.#unplaced.delete(key);
    ledger.assume(wish.spec, host);
    const write = this.#claim(key, wish, host).finally(() => this.#writing.delete(write));
    this.#writing.add(write);
  }

  /** Why not, and what would help; found anew only when the reason changed, for finding it asks the scheduler many times. */
  #explain(key: string, spec: VmSpec): void {
    const { scheduler } = this.#options.ledger;
    const explanation = scheduler.explain(spec);
    const reason = message(explanation, spec.namespace);
    if (this.#unplaced.get(key)?.reason === reason) return;
    const help = scheduler.counterfactuals(spec).filter((found) => isForTenant(found, spec.namespace));
    const hints = help.slice(0, HINTS).map(counterfactualText);
    this.#unplaced.set(key, { reason, message: [reason, ...hints].join('. '), explanation });
    this.#options.onOutcome(key);
  }

  async #claim(key: string, { vm, epoch }: Wish, host: string): Promise<void> {
    const { world, ledger, client, metrics, log, bootOf } = this.#options;
    this.#claiming.add(key);
    try {
      world.vms.assume(await writeClaim(client, vm, { host, epoch, bootID: bootOf(host), uuid: uuidOf(vm) }));
      metrics.placement('placed');
      log.info('placed', { vm: key, host, epoch });
    } catch (error) {
      const refused = isKubeError(error, 'conflict', 'notFound');
      metrics.placement(refused ? 'conflict' : 'error');
      if (!refused) log.warn('claim not written', { vm: key, host, epoch, error });
      // Its memory stays promised until it is known whether the claim stands.
      if (isKubeError(error) && error.mayHaveLanded) await this.#lookAgain(key, vm);
    } finally {
      this.#claiming.delete(key);
      ledger.settle(vm);
      this.#options.onOutcome(key);
    }
  }

  async #lookAgain(key: string, { metadata: { namespace = '', name } }: XenVM): Promise<void> {
    const { world, client, log, pause } = this.#options;
    while (!this.#stopped) {
      try {
        world.vms.assume(await client.get(XENVMS, { namespace, name }));
        return;
      } catch (error) {
        if (isKubeError(error, 'notFound')) return;
        log.debug('cannot see yet whether the claim stands', { vm: key, error });
        await pause(LOOK_AGAIN_MS);
      }
    }
  }
}

/** Tenants are strangers: nobody is told the names of another's VMs. */
function isForTenant(found: Counterfactual, namespace: string): boolean {
  return found.kind !== 'move' || found.moves.every(({ vm }) => vm.startsWith(`${namespace}.`));
}
