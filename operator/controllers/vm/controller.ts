/**
 * One XenVM: carries out its plan, one guarded write at a time, until there is nothing to do, and
 * then shows how things are.
 */
import type { XenVM } from '../../../crds/generated/types';
import type { EventRecorder } from '../../../common/kube/events';
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import { keyOf } from '../../../common/kube/types';
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
import { ClaimsAnew, writeClaim } from '../placement/claim';
import type { Ledger } from '../placement/ledger';
import { deleteOrder } from './orders';
import type { ReportWaiters } from './report-waiters';
import type { Placement } from '../placement/placement';
import type { VmFactsSource } from '../placement/facts-source';
import type { Caches } from '../frame/caches';
import { STATUS_MANAGER, type Done, type Writer } from '../frame/writer';

/** A passing state is written only once it has lasted this long. */
const TRANSIENT_MS = 1000;
/** The most steps of one VM in one go. The longest chain is finalizer, claim, order. */
const MAX_STEPS = 8;

/** Acts of the controller itself. For all others it asks the placement loop. */
type Act = Exclude<Action, { do: 'wait' | 'place' | 'grow' }>;

export interface VmControllerOptions {
  readonly caches: Caches;
  readonly facts: VmFactsSource;
  readonly ledger: Ledger;
  readonly placement: Placement;
  readonly waiters: ReportWaiters;
  readonly writer: Writer;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The caches are read for this VM now, so earlier changes need no further look. */
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
    const { caches, facts, placement, waiters, onRead } = this.#options;
    for (let step = 0; step < MAX_STEPS; step++) {
      onRead(key);
      const vm = caches.vms.get(key);
      if (vm === undefined) return this.#afterwards(key);
      const known = facts.of(vm, placement.unplaced(key));
      const action = planVm(known);
      waiters.note(key, action.do === 'wait' && action.because?.awaitsReports === true);
      if (action.do === 'place' || action.do === 'grow') {
        const isAsked = placement.request(key, vm, action.epoch, action.do);
        return isAsked ? this.#show(key, known, undefined) : undefined;
      }
      // The plan has changed, so nothing that was asked of the placement loop holds any more.
      placement.withdraw(key);
      if (action.do === 'wait') return this.#show(key, { ...known, unplaced: undefined }, action.because);
      await this.#carryOut(known, action);
      // The cache learns of a deletion from the watch, not from the answer.
      if (action.do === 'deleteOrder' || action.do === 'clearFinalizer') return undefined;
    }
    return { requeueAfterMs: 0 };
  };

  async #carryOut(known: VmFacts, action: Act): Promise<void> {
    const { writer } = this.#options;
    const { vm } = known;
    const done = (message: string, more: object = {}): Done => ({
      message,
      fields: { vm: keyOf(vm.metadata), ...more },
    });
    const finalizers = vm.metadata.finalizers ?? [];
    switch (action.do) {
      case 'addFinalizer':
        return void (await writer.setFinalizers(XENVMS, vm, [...finalizers, FINALIZER]));
      case 'clearFinalizer': {
        const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
        return void (await writer.setFinalizers(XENVMS, vm, rest, done('finalizer removed')));
      }
      case 'claim':
        return this.#claim(known, action, done('claimed', { host: action.host, epoch: action.epoch }));
      case 'shrink': {
        const { host, epoch, reserved } = action;
        const bootID = vm.status?.placement?.bootID;
        const size = { vcpus: reserved.vcpus, memoryMiB: reserved.memoryMiB };
        const claim = { host, epoch, bootID, uuid: known.uuid, reserved };
        return void (await writeClaim(writer, vm, claim, done('reservation lowered', { host, ...size })));
      }
      case 'createOrder': {
        const { order, host } = action;
        const { epoch, desired } = order.spec;
        return void (await writer.create(XENDOMAINS, order, done('order created', { host, epoch, desired })));
      }
      case 'updateOrder': {
        const { order, spec, host } = action;
        const { epoch, desired } = spec;
        // Writes the whole spec: a merge patch would keep inner fields that the new one leaves out.
        const changed = { ...order, spec };
        return void (await writer.update(XENDOMAINS, changed, done('order changed', { host, epoch, desired })));
      }
      case 'deleteOrder': {
        const { host, order } = action;
        await deleteOrder(writer, order, done('order deleted', { host, epoch: order.spec.epoch }));
      }
    }
  }

  async #claim(known: VmFacts, action: Extract<Act, { do: 'claim' }>, done: Done): Promise<void> {
    const { writer, facts, ledger } = this.#options;
    const { vm, uuid } = known;
    const { host, epoch, bootID } = action;
    const key = keyOf(vm.metadata);
    if (!this.#claimsAnew.isNews(key, known, action))
      throw new Error(`claiming ${host} anew with epoch ${epoch} follows from nothing new`);
    const claim = { host, epoch, bootID, uuid, reserved: this.#reservedAt(known, host) };
    facts.vouchFor(await writeClaim(writer, vm, claim, done));
    this.#claimsAnew.note(key, known, action);
    ledger.settle(vm);
  }

  /**
   * A claim that stays on its host keeps what it reserved. One that takes a VM over where it is
   * reserves what it has there.
   */
  #reservedAt({ vm, uuid, orders, resolution }: VmFacts, host: string): Reservation {
    const order = orders.find((placed) => placed.host === host)?.order;
    const wanted = 'wanted' in resolution ? resolution.wanted : undefined;
    if (vm.status?.placement?.host === host) return heldBy(vm, order, wanted);
    return takenOver(order, this.#options.facts.reportedAt(host, uuid), wanted);
  }

  /**
   * The XenVM is gone, and retired orders that it left go too. An Absent order waits for a host
   * that was dead. Any other is left alone and reported.
   */
  async #afterwards(key: string): Promise<undefined> {
    const { caches, placement, waiters, writer, log } = this.#options;
    placement.withdraw(key);
    waiters.note(key, false);
    this.#passingSince.delete(key);
    this.#claimsAnew.forget(key);
    for (const order of caches.domains.byIndex('vm', key)) {
      const host = hostOfNamespace(order.metadata.namespace ?? '');
      if (isRetired(order)) await deleteOrder(writer, order);
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
    const { namespace, name, uid = '', resourceVersion } = vm.metadata;
    // Read before the write: once the watch has told of a run, `createdAt` has no entry any more.
    const createdMs = this.#options.caches.createdAt.get(uid);
    const metadata = {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(resourceVersion && { resourceVersion }),
    };
    const object = { apiVersion: API_VERSION, kind: 'XenVM', metadata, status };
    const options = { subresource: 'status', fieldManager: STATUS_MANAGER, force: true } as const;
    await this.#options.writer.apply(XENVMS, object, options);
    for (const event of eventsOf(vm, status)) this.#options.events.record(vm, event);
    if (status.phase === 'Running' && createdMs !== undefined) this.#measureStart(uid, createdMs);
  }

  /** Measures only the first run of a VM, however many phases were written before it. */
  #measureStart(uid: string, createdMs: number): void {
    const { caches, metrics, clock } = this.#options;
    caches.createdAt.delete(uid);
    metrics.vmStarted((clock.monotonicMs() - createdMs) / 1000);
  }
}

function isShown(vm: XenVM, status: ShownStatus): boolean {
  return sameSpec({ ...vm.status, placement: undefined, domainUUID: undefined, reserved: undefined }, status);
}
