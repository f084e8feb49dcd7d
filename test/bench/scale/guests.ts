/**
 * Plays what hosts do with their orders: every guest runs as soon as its status can be written.
 */
import type { XenDomain, XenDomainStatus } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import { XENDOMAINS } from '../../../common/kube/resources';
import { Watcher } from '../../../common/kube/watcher';
import { hostNamespace } from '../../../common/names';
import type { Holdings } from '../scheduler/agents';

const AT_ONCE = 12;

function running({ metadata, spec }: XenDomain): XenDomainStatus {
  const observedGeneration = metadata.generation ?? 0;
  const lastTransitionTime = new Date().toISOString();
  return {
    observedGeneration,
    epoch: spec.epoch,
    phase: 'Running',
    domid: 1,
    madeDisks: [],
    granted: { vcpus: spec.vcpus?.count ?? 0, memoryMiB: spec.memory?.maxMiB ?? 0 },
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Running', message: 'it runs', observedGeneration, lastTransitionTime },
    ],
  };
}

/** Names of VMs are unique in a bench: they stand for the VMs. */
export class Guests {
  readonly listed: Promise<void>;
  /** Orders by UUID, and by the namespace of their host. */
  readonly #orders = new Map<string, Map<string, XenDomain>>();
  readonly #orderedAtMs = new Map<string, number>();
  readonly #toTell: XenDomain[] = [];
  readonly #waiting = new Map<string, (atMs: number) => void>();
  readonly #watcher: Watcher<XenDomain>;
  #telling = 0;
  #told = 0;

  constructor(private readonly client: KubeClient) {
    let done = (): void => undefined;
    this.listed = new Promise((resolve) => (done = resolve));
    this.#watcher = new Watcher<XenDomain>({
      client,
      type: XENDOMAINS,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        if (event.type === 'apply') this.#take(event.object);
        if (event.type === 'initDone') done();
      },
    });
    void this.#watcher.run();
  }

  /** VMs that have an order, and of these the ones that were told to run. */
  get counts(): { readonly ordered: number; readonly running: number } {
    return { ordered: this.#orderedAtMs.size, running: this.#told };
  }

  /** When (performance.now()) the order of a VM was seen. */
  ordered(vm: string): Promise<number> {
    const atMs = this.#orderedAtMs.get(vm);
    return atMs === undefined ? new Promise((resolve) => this.#waiting.set(vm, resolve)) : Promise.resolve(atMs);
  }

  holdings(host: string): Holdings {
    const orders = [...(this.#orders.get(hostNamespace(host))?.values() ?? [])];
    return {
      domains: orders.map(({ metadata: { name: uuid }, spec }) => {
        const { namespace, name: vmName } = spec.vm;
        const size = { vcpus: spec.vcpus?.count ?? 0, memoryMiB: spec.memory?.maxMiB ?? 0 };
        return { uuid, domid: 1, kind: 'ours', state: 'running', type: 'pvh', namespace, vmName, ...size };
      }),
      records: orders.map(({ metadata: { name: uuid }, spec }) => ({ uuid, ...namesOf(spec), epoch: spec.epoch })),
    };
  }

  stop(): Promise<void> {
    return this.#watcher.stop();
  }

  #take(order: XenDomain): void {
    const { namespace = '', name: uuid } = order.metadata;
    const there = this.#orders.get(namespace) ?? new Map<string, XenDomain>();
    this.#orders.set(namespace, there.set(uuid, order));
    const vm = order.spec.vm.name;
    if (this.#orderedAtMs.has(vm)) return;
    const atMs = performance.now();
    this.#orderedAtMs.set(vm, atMs);
    this.#waiting.get(vm)?.(atMs);
    this.#toTell.push(order);
    this.#tell();
  }

  #tell(): void {
    while (this.#telling < AT_ONCE) {
      const order = this.#toTell.shift();
      if (order === undefined) return;
      this.#telling += 1;
      const { namespace = '', name } = order.metadata;
      void this.client
        .mergePatch(XENDOMAINS, { namespace, name }, { status: running(order) }, { subresource: 'status' })
        .then(
          () => (this.#told += 1),
          () => this.#toTell.push(order),
        )
        .finally(() => {
          this.#telling -= 1;
          this.#tell();
        });
    }
  }
}

const namesOf = ({ vm: { namespace, name } }: XenDomain['spec']): { namespace: string; name: string } => ({
  namespace,
  name,
});
