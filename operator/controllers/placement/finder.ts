/** Finds a host for a VM. Of many VMs that ask for the same, one question answers for all. */
import type { VmSpec } from '../../../scheduler';
import type { Stamp } from './gains';
import type { Ledger } from './ledger';
import { shapeOf } from './wish';

/** How many shapes that do not fit are remembered. With more, all are forgotten. */
const MOST_REFUSED = 4096;

export class Finder {
  readonly #ledger: Ledger;
  /** What the ledger knew when a shape did not fit. */
  readonly #refused = new Map<string, Stamp>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A host that has room. Undefined if none has, or if nothing has changed since none had. */
  find(spec: VmSpec): string | undefined {
    const { gains, scheduler } = this.#ledger;
    const shape = shapeOf(spec);
    const known = this.#refused.get(shape);
    if (known !== undefined && !gains.mayHelp(spec, known)) return undefined;
    const host = scheduler.find(spec);
    if (host !== undefined) return host;
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    this.#refused.set(shape, gains.stamp);
    return undefined;
  }

  /** The host that the VM is on, if it has room for all of `spec`. */
  grows(spec: VmSpec): string | undefined {
    return this.#ledger.scheduler.fitsGrown(spec).fits ? spec.host : undefined;
  }
}
