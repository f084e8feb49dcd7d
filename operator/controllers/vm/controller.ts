/** One XenVM: carry out its plan, one guarded write at a time, until there is nothing to do; then show what is. */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import type { EventRecorder } from '../../../common/kube/events';
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import { API_VERSION, FINALIZER, hostOfNamespace } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import type { Logger, Metrics } from '../../adapters/types';
import { heldBy, takenOver, type Reservation } from '../../plan/vm/reservation';
import { sameSpec } from '../../plan/same';
import { eventsOf } from '../../plan/vm/events';
import { planVm, type Action, type Hold } from '../../plan/vm/plan';
import { isTransient, showVm, type ShownStatus } from '../../plan/vm/status';
import { isRetired, type VmFacts } from '../../plan/vm/facts';
import type { ReconcileResult } from '../../runtime/controller';
import { ClaimsAnew, writeClaim } from './claim';
import type { Ledger } from '../placement/ledger';
import { dropOrder, putOrder } from './orders';
import type { Placement } from '../placement/placement';
import type { VmFactsSource } from './facts-source';
import type { Caches } from '../caches';

export const STATUS_MANAGER = 'xenfleet-operator';
/** A passing state is written only once it has lasted so long. */
const TRANSIENT_MS = 1000;
/** Steps of one VM in one go; the longest chain is finalizer, claim, order. */
const MAX_STEPS = 8;

/** What the controller does itself; the others it asks the placement loop for. */
type Act = Exclude<Action, { do: 'wait' | 'place' | 'grow' }>;

export interface VmControllerOptions {
  readonly caches: Caches;
  readonly facts: VmFactsSource;
  readonly ledger: Ledger;
  readonly placement: Placement;
  /** Guarded by leadership. */
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The caches are read for this VM now: what they told of it before need not be looked at again. */
  readonly onRead: (key: string) => void;
}

export class VmController {
  readonly #options: VmControllerOptions;
  /** Since when (monotonic ms) a VM shows a passing state. */
  readonly #passingSince = new Map<string, number>();
  readonly #claimsAnew = new ClaimsAnew();

  constructor(options: VmControllerOptions) {
    this.#options = options;
  }

  readonly reconcile = async (key: string): Promise<ReconcileResult | undefined> => {
    const { caches, facts, placement, onRead } = this.#options;
    for (let step = 0; step < MAX_STEPS; step++) {
      onRead(key);
      const vm = caches.vms.get(key);
      if (vm === undefined) return this.#afterwards(key);
      const known = facts.of(vm, placement.unplaced(key));
      const action = planVm(known);
      if (action.do === 'place' || action.do === 'grow') {
        const isAsked = placement.request(key, vm, action.epoch, action.do);
        return isAsked ? this.#show(key, known, undefined) : undefined;
      }
      // What it once asked the placement loop for follows from nothing any more.
      placement.withdraw(key);
      if (action.do === 'wait') return this.#show(key, { ...known, unplaced: undefined }, action.because);
      await this.#carryOut(vm, known, action);
      // What a deletion leaves is told by the watch, not by the answer.
      if (action.do === 'deleteOrder' || action.do === 'clearFinalizer') return undefined;
    }
    return { requeueAfterMs: 0 };
  };

  async #carryOut(vm: XenVM, known: VmFacts, action: Act): Promise<void> {
    const { caches, ledger, client, log } = this.#options;
    const about = { vm: `${vm.metadata.namespace}/${vm.metadata.name}` };
    switch (action.do) {
      case 'addFinalizer':
        caches.vms.assume(await this.#setFinalizers(vm, [...(vm.metadata.finalizers ?? []), FINALIZER]));
        return;
      case 'clearFinalizer': {
        const rest = (vm.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
        caches.vms.assume(await this.#setFinalizers(vm, rest));
        log.info('let go', about);
        return;
      }
      case 'claim': {
        const { host, epoch, bootID } = action;
        const key = `${vm.metadata.namespace}/${vm.metadata.name}`;
        if (!this.#claimsAnew.isNews(key, known, action))
          throw new Error(`claiming ${host} anew with epoch ${epoch} follows from nothing new`);
        const reserved = this.#reservedAt(known, host);
        caches.vms.assume(await writeClaim(client, vm, { host, epoch, bootID, uuid: known.uuid, reserved }));
        this.#claimsAnew.note(key, known, action);
        ledger.settle(vm);
        log.info('claimed', { ...about, host, epoch });
        return;
      }
      case 'shrink': {
        const { host, epoch, reserved } = action;
        const bootID = vm.status?.placement?.bootID;
        caches.vms.assume(await writeClaim(client, vm, { host, epoch, bootID, uuid: known.uuid, reserved }));
        log.info('shrunk', { ...about, host, vcpus: reserved.vcpus, memoryMiB: reserved.memoryMiB });
        return;
      }
      case 'createOrder': {
        const { order, host } = action;
        caches.domains.assume(await client.create(XENDOMAINS, order));
        log.info('order made', { ...about, host, epoch: order.spec.epoch, desired: order.spec.desired });
        return;
      }
      case 'updateOrder': {
        const { order, spec, host } = action;
        caches.domains.assume(await putOrder(client, order, spec));
        log.info('order changed', { ...about, host, epoch: spec.epoch, desired: spec.desired });
        return;
      }
      case 'deleteOrder':
        await this.#drop(action.order);
        log.info('order removed', { ...about, host: action.host, epoch: action.order.spec.epoch });
    }
  }

  /** A claim that stays on its host keeps what it reserved; one that takes a VM over where it is reserves what it has there. */
  #reservedAt({ vm, uuid, orders, resolution }: VmFacts, host: string): Reservation {
    const order = orders.find((placed) => placed.host === host)?.order;
    const wanted = 'wanted' in resolution ? resolution.wanted : undefined;
    if (vm.status?.placement?.host === host) return heldBy(vm, order, wanted);
    return takenOver(order, this.#options.facts.reportedAt(host, uuid), wanted);
  }

  async #drop(order: XenDomain): Promise<void> {
    const left = await dropOrder(this.#options.client, order);
    if (left !== undefined) this.#options.caches.domains.assume(left);
  }

  #setFinalizers(vm: XenVM, finalizers: readonly string[]): Promise<XenVM> {
    const { namespace = '', name, resourceVersion } = vm.metadata;
    return this.#options.client.mergePatch(XENVMS, { namespace, name }, { metadata: { resourceVersion, finalizers } });
  }

  /**
   * The VM is gone; what it left behind and is retired goes too. An Absent order waits for a host that
   * was dead; any other is nobody's to end: it stays, and is reported.
   */
  async #afterwards(key: string): Promise<undefined> {
    const { caches, placement, log } = this.#options;
    placement.withdraw(key);
    this.#passingSince.delete(key);
    this.#claimsAnew.forget(key);
    for (const order of caches.domains.byIndex('vm', key)) {
      const host = hostOfNamespace(order.metadata.namespace ?? '');
      if (isRetired(order)) await this.#drop(order);
      else if (order.spec.desired === 'Absent') log.debug('order waits for its host', { vm: key, host });
      else log.warn('order without a VM left alone', { vm: key, host, uuid: order.metadata.name });
    }
  }

  async #show(key: string, known: VmFacts, held: Hold | undefined): Promise<ReconcileResult | undefined> {
    const { clock } = this.#options;
    const { vm } = known;
    const status = showVm(known, held, new Date(clock.wallMs()).toISOString());
    if (isShown(vm, status)) {
      this.#passingSince.delete(key);
      return undefined;
    }
    if (isTransient(status)) {
      const since = this.#passingSince.get(key) ?? clock.monotonicMs();
      this.#passingSince.set(key, since);
      const left = since + TRANSIENT_MS - clock.monotonicMs();
      if (left > 0) return { requeueAfterMs: left, priority: -1 }; // telling can wait for work
    }
    this.#passingSince.delete(key);
    await this.#write(vm, status);
    return undefined;
  }

  async #write(vm: XenVM, status: ShownStatus): Promise<void> {
    const { namespace, name, resourceVersion } = vm.metadata;
    const metadata = {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(resourceVersion && { resourceVersion }),
    };
    const object = { apiVersion: API_VERSION, kind: 'XenVM', metadata, status };
    const options = { subresource: 'status', fieldManager: STATUS_MANAGER, force: true } as const;
    const { caches, client } = this.#options;
    caches.vms.assume(await client.apply(XENVMS, object, options));
    this.#tell(vm, status);
  }

  /** Events and figures, once the write is done. */
  #tell(vm: XenVM, status: ShownStatus): void {
    for (const event of eventsOf(vm, status)) this.#options.events.record(vm, event);
    if (status.phase === 'Running' && vm.status?.phase === undefined) this.#measureStart(vm);
  }

  #measureStart(vm: XenVM): void {
    const { caches, metrics, clock } = this.#options;
    const created = caches.createdAt.get(vm.metadata.uid ?? '');
    if (created !== undefined) metrics.vmStarted((clock.monotonicMs() - created) / 1000);
  }
}

function isShown(vm: XenVM, status: ShownStatus): boolean {
  return sameSpec({ ...vm.status, placement: undefined, domainUUID: undefined, reserved: undefined }, status);
}
