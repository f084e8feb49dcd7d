/** A fleet in memory whose changes are heard, as a leader's term hears them. */
import type { Watch } from '../../../operator/controllers/frame/watch';
import { HostViews } from '../../../operator/controllers/frame/host-views';
import { ReportWaiters } from '../../../operator/controllers/vm/report-waiters';
import { VM_WATCHES } from '../../../operator/controllers/vm/watches';
import { FleetInMemory } from './fleet-in-memory';

export class WatchedFleet extends FleetInMemory {
  readonly waiters = new ReportWaiters(this.directory);
  readonly views = new HostViews({
    caches: this.caches,
    directory: this.directory,
    clock: this.clock,
    onFault: (_where, error) => {
      throw error;
    },
  });

  constructor(...hosts: string[]) {
    super(...hosts);
    this.views.start();
  }

  /** Tells the keys that these watches name. Whoever waits for reports is heard with the VMs. */
  listen(watches: readonly Watch[], onKey: (key: string) => void): () => void {
    const all = watches === VM_WATCHES ? [...watches, this.waiters.watch] : watches;
    const undo = all.map((watch) => watch.listen({ caches: this.caches, views: this.views }, onKey));
    return () => undo.forEach((end) => end());
  }
}
