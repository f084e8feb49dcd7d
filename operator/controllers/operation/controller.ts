/**
 * The operations on one XenVM: shows what became of each, hands over the one whose turn it is, and
 * deletes those that are over for long. All of them have one key, so no two are handed over at
 * once.
 */
import type { XenVMOperation, XenVMOperationStatus } from '../../../crds/generated/types';
import { isKubeError } from '../../../common/kube/errors';
import { XENVMOPERATIONS } from '../../../common/kube/resources';
import { API_VERSION } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import { planOperations } from '../../plan/operation/plan';
import type { ReconcileResult } from '../../runtime/controller';
import type { Caches } from '../frame/caches';
import { STATUS_MANAGER, type Done, type Writer } from '../frame/writer';
import type { VmFactsSource } from '../placement/facts-source';

/** Writes for one VM until others have their turn. */
const AT_ONCE = 20;

export interface OperationControllerOptions {
  readonly caches: Caches;
  readonly facts: VmFactsSource;
  readonly writer: Writer;
  readonly clock: Clock;
}

export class OperationController {
  readonly #options: OperationControllerOptions;
  /** Since when (monotonic ms) a XenVM was looked for in vain, by key. */
  readonly #missingSince = new Map<string, number>();

  constructor(options: OperationControllerOptions) {
    this.#options = options;
  }

  readonly reconcile = async (key: string): Promise<ReconcileResult | undefined> => {
    const { caches, facts, clock } = this.#options;
    const operations = caches.vmOperations.byIndex('vm', key);
    const vm = caches.vms.get(key);
    const missingForMs = this.#missingFor(key, vm === undefined && operations.length > 0);
    const known = vm && facts.of(vm, undefined);
    const plan = planOperations({ operations, known, missingForMs, nowMs: clock.wallMs() });
    for (const action of plan.actions.slice(0, AT_ONCE)) {
      if (action.do === 'show') await this.#show(key, action.operation, action.status);
      else await this.#delete(key, action.operation);
    }
    if (plan.actions.length > AT_ONCE) return { requeueAfterMs: 0 };
    return plan.againInMs === undefined ? undefined : { requeueAfterMs: plan.againInMs };
  };

  #missingFor(key: string, isMissing: boolean): number {
    const nowMs = this.#options.clock.monotonicMs();
    if (!isMissing) this.#missingSince.delete(key);
    else if (!this.#missingSince.has(key)) this.#missingSince.set(key, nowMs);
    return nowMs - (this.#missingSince.get(key) ?? nowMs);
  }

  /** Guarded by what the decision was made on. */
  async #show(key: string, operation: XenVMOperation, status: XenVMOperationStatus): Promise<void> {
    const { namespace, name, uid, resourceVersion } = operation.metadata;
    const metadata = { name, namespace, ...(resourceVersion && { resourceVersion }) };
    const object = { apiVersion: API_VERSION, kind: 'XenVMOperation', metadata, status };
    const { type } = operation.spec;
    const isNews = status.phase !== 'Pending' && status.phase !== operation.status?.phase;
    const fields = { vm: key, operation: name, uid, type, phase: status.phase, host: status.host };
    const done: Done | undefined = isNews ? { message: 'operation', fields } : undefined;
    const options = { subresource: 'status', fieldManager: STATUS_MANAGER, force: true } as const;
    await this.#options.writer.apply(XENVMOPERATIONS, object as XenVMOperation, options, done);
  }

  async #delete(key: string, { metadata }: XenVMOperation): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = metadata;
    const guard = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const done = { message: 'operation deleted', fields: { vm: key, operation: name, uid } };
    try {
      await this.#options.writer.delete(XENVMOPERATIONS, { namespace, name }, guard, done);
    } catch (error) {
      if (!isKubeError(error, 'notFound')) throw error;
    }
  }
}
