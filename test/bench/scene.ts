/**
 * Sends VMs at a steady rate, whatever becomes of them, and notes by watches of its own when each
 * state was seen.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { XenVM } from '../../crds/generated/types';
import type { KubeClient } from '../../common/kube/client';
import { systemClock, systemRandom } from '../../common/kube/clock';
import { XENDOMAINS, XENVMS } from '../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../common/kube/types';
import { Watcher } from '../../common/kube/watcher';
import { Timeline } from './timeline';

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 50;

export class Onlooker {
  readonly timeline = new Timeline();
  private readonly watchers: readonly { stop(): Promise<void> }[];
  private readonly listed: Promise<unknown>;

  constructor(private readonly client: KubeClient) {
    const vms = this.watch(XENVMS, (vm, atMs) => this.timeline.seeVm(vm, atMs));
    const orders = this.watch(XENDOMAINS, (order, atMs) => this.timeline.seeOrder(order, atMs));
    this.watchers = [vms.watcher, orders.watcher];
    this.listed = Promise.all([vms.listed, orders.listed]);
  }

  /** Resolves when all of them run. */
  async create(vms: readonly XenVM[], perSecond: number): Promise<void> {
    await this.listed;
    const target = this.timeline.count('running') + vms.length;
    const startMs = performance.now();
    const sending = vms.map(async (vm, index) => {
      await sleep(Math.max(0, startMs + (index * 1000) / perSecond - performance.now()));
      this.timeline.mark(vm.metadata.name, 'asked', performance.now());
      await this.client.create(XENVMS, vm);
      this.timeline.mark(vm.metadata.name, 'answered', performance.now());
    });
    await Promise.all(sending);
    for (const endMs = performance.now() + PATIENCE_MS; this.timeline.count('running') < target;) {
      if (performance.now() > endMs) throw new Error(this.shortfall(target));
      await sleep(LOOK_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.watchers.map((watcher) => watcher.stop()));
  }

  private shortfall(target: number): string {
    const running = this.timeline.count('running');
    return `${running} of ${target} VMs run ${PATIENCE_MS / 1000} s after the last was created`;
  }

  private watch<T extends KubeObject>(type: ResourceType<T>, see: (object: T, atMs: number) => void) {
    let done = (): void => undefined;
    const listed = new Promise<void>((resolve) => (done = resolve));
    const watcher = new Watcher<T>({
      client: this.client,
      type,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        if (event.type === 'apply') see(event.object, performance.now());
        if (event.type === 'initDone') done();
      },
    });
    void watcher.run();
    return { watcher, listed };
  }
}
