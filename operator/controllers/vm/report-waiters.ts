/**
 * VMs that wait until every host that could hold them has reported. Those hosts have nothing to do
 * with the VM, so no index finds it. Whoever waits is remembered, and looked at when the last
 * report is in. Until then there is a look now and then, so that the message names the right hosts.
 */
import type { XenAgent } from '../../../crds/generated/types';
import { sameSpec } from '../../plan/same';
import type { StoreChange } from '../../runtime/store';
import type { HostDirectory } from '../frame/host-directory';
import { sides, type Watch } from '../frame/watch';

/** How long until the list of missing hosts in the message is brought up to date. */
const RETELL_MS = 2000;

export class ReportWaiters {
  readonly #directory: Pick<HostDirectory, 'unreported'>;
  readonly #keys = new Set<string>();

  constructor(directory: Pick<HostDirectory, 'unreported'>) {
    this.#directory = directory;
  }

  /** `waits`: the plan of the VM waits for reports. */
  note(key: string, waits: boolean): void {
    if (waits) this.#keys.add(key);
    else this.#keys.delete(key);
  }

  readonly watch: Watch = {
    listen: ({ caches, views }, enqueue) => {
      const look = (): void => {
        if (this.#keys.size === 0) return;
        const delayMs = this.#directory.unreported().length === 0 ? 0 : RETELL_MS;
        for (const key of this.#keys) enqueue(key, delayMs);
      };
      const undo = [views.onChange(look), caches.agents.onChange((change) => rosterChanged(change) && look())];
      return () => undo.forEach((end) => end());
    },
  };
}

/** Which hosts are remembered from before a restore depends on the rosters alone. */
function rosterChanged(change: StoreChange<XenAgent>): boolean {
  const [before, after] = sides(change).map(({ status }) => status?.roster ?? []);
  return change.type !== 'updated' || !sameSpec(before, after);
}
