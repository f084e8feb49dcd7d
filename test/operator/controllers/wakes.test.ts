/**
 * Nothing that a plan follows from changes unnoticed. Whatever happens, in any order, a VM whose
 * next act or status is another now is looked at. A needless look only costs time; a VM that is
 * missed waits for ever.
 */
import { ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import type { XenVM } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { hostNamespace } from '../../../common/names';
import { VM_WATCHES } from '../../../operator/controllers/vm/watches';
import { planVm, type Action } from '../../../operator/plan/vm/plan';
import { showVm } from '../../../operator/plan/vm/status';
import { HOSTS, namespace, NOW, steps, type Doubtful } from './wake-steps';
import { WatchedFleet } from './watched-fleet';

const RUNS = 4000;

class World extends WatchedFleet implements Doubtful {
  readonly woken = new Set<string>();
  /** What the controller saw last. */
  readonly #looks = new Map<string, Look>();

  constructor() {
    super(...HOSTS);
    for (const host of HOSTS) this.put(this.caches.namespaces, namespace(hostNamespace(host)));
    this.listen(VM_WATCHES, (key) => void this.woken.add(key));
  }

  /** Looks at VMs that are woken or in work. If it misses a change, the test fails. */
  look(onChange: (seen: Look) => void): void {
    for (const object of this.caches.vms.all()) {
      const key = keyOf(object.metadata);
      const [before, now] = [this.#looks.get(key), this.#lookAt(object)];
      const isLooked = before === undefined || isBusy(before.action) || this.woken.has(key);
      if (isLooked) this.waiters.note(key, now.awaitsReports);
      if (isLooked) this.#looks.set(key, now);
      if (before?.text === now.text) continue;
      // The silence of other hosts is no news for a VM that waits for something else already.
      if (now.awaitsReports && before?.awaitsReports === false && !isBusy(before.action)) continue;
      onChange(now);
      ok(isLooked, `${key}\n  was ${before?.text}\n  is  ${now.text}`);
    }
    for (const key of this.#looks.keys()) if (this.caches.vms.get(key) === undefined) this.#looks.delete(key);
    this.woken.clear();
  }

  /** Every host is asked anew; whoever asked for a host asks again. */
  async doubt(nonce: string): Promise<void> {
    this.directory.nonce = nonce;
    this.facts.forgetVouched();
    for (const [key, { action }] of this.#looks) if (action === 'place') this.woken.add(key);
    await this.clock.advance(1000);
  }

  #lookAt(object: XenVM): Look {
    const known = this.facts.of(object, undefined);
    const action = planVm(known);
    const because = action.do === 'wait' ? action.because : undefined;
    const text = JSON.stringify([action, showVm(known, because, NOW)]);
    return { action: action.do, awaitsReports: because?.awaitsReports === true, text };
  }
}

interface Look {
  readonly action: Action['do'];
  readonly awaitsReports: boolean;
  /** The next act and the status. */
  readonly text: string;
}

const isBusy = (action: Action['do']): boolean => action !== 'wait' && action !== 'place';

describe('a VM whose next act is another now', () => {
  it('is looked at, whatever made the difference', async () => {
    const seen = { changed: 0, waited: 0 };
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const world = new World();
        for (const step of taken) {
          await step(world);
          world.look(({ awaitsReports }) => {
            seen.changed += 1;
            if (awaitsReports) seen.waited += 1;
          });
        }
        world.views.stop();
      }),
      { numRuns: RUNS },
    );
    ok(seen.changed > 5000 && seen.waited > 500, `too little happened: ${JSON.stringify(seen)}`);
  }).timeout(60_000);
});
