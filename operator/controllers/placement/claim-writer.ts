/** Writes the claims that the placement loop decides on: in parallel, but one at a time per VM. */
import type { KubeClient } from '../../../common/kube/client';
import { isKubeError } from '../../../common/kube/errors';
import { XENVMS } from '../../../common/kube/resources';
import type { XenVM } from '../../../crds/generated/types';
import type { Logger, Metrics } from '../../adapters/types';
import { writeClaim, type Claim } from './claim';
import type { Ledger } from './ledger';
import type { Caches } from '../frame/caches';
import type { Writer } from '../frame/writer';

export interface ClaimWriterOptions {
  readonly caches: Caches;
  readonly ledger: Ledger;
  /** To read a claim whose write was not answered. */
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The claim is written: it is the newest there is. */
  readonly onClaimed: (vm: XenVM) => void;
  /** The claim is written, or will not be. */
  readonly onOutcome: (key: string) => void;
  readonly pause: (ms: number) => Promise<void>;
}

const LOOK_AGAIN_MS = 1000;

export class ClaimWriter {
  readonly #options: ClaimWriterOptions;
  readonly #claiming = new Set<string>();
  readonly #writing = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: ClaimWriterOptions) {
    this.#options = options;
  }

  isWriting(key: string): boolean {
    return this.#claiming.has(key);
  }

  /** The ledger counts the claim already, and does so until the outcome is known. */
  write(key: string, vm: XenVM, claim: Claim): void {
    this.#claiming.add(key);
    const write = this.#claim(key, vm, claim).finally(() => this.#writing.delete(write));
    this.#writing.add(write);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled([...this.#writing]);
  }

  async #claim(key: string, vm: XenVM, claim: Claim): Promise<void> {
    const { writer, ledger, metrics, log, pause, onClaimed } = this.#options;
    const { host, epoch } = claim;
    const isGrowth = vm.status?.placement?.epoch === epoch;
    try {
      const outcome = isGrowth ? 'grown' : 'placed';
      const written = await writeClaim(writer, vm, claim, { message: outcome, fields: { vm: key, host, epoch } });
      onClaimed(written);
      metrics.placement(outcome);
    } catch (error) {
      const refused = isKubeError(error, 'conflict', 'notFound');
      metrics.placement(refused ? 'conflict' : 'error');
      if (!refused) log.warn('claim not written', { vm: key, host, epoch, error });
      // The memory stays reserved until it is known whether the claim was written.
      if (isKubeError(error) && error.mayHaveLanded) await this.#lookAgain(key, vm);
      else if (!refused) await pause(LOOK_AGAIN_MS);
    } finally {
      this.#claiming.delete(key);
      ledger.settle(vm);
      this.#options.onOutcome(key);
    }
  }

  async #lookAgain(key: string, { metadata: { namespace = '', name } }: XenVM): Promise<void> {
    const { caches, client, log, pause } = this.#options;
    while (!this.#stopped) {
      try {
        caches.vms.assume(await client.get(XENVMS, { namespace, name }));
        return;
      } catch (error) {
        if (isKubeError(error, 'notFound')) return;
        log.debug('cannot see yet whether the claim stands', { vm: key, error });
        await pause(LOOK_AGAIN_MS);
      }
    }
  }
}
