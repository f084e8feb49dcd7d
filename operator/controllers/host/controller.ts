/**
 * One XenHost: carries out its plan, one guarded write at a time, until there is nothing to do, and
 * then shows how things are.
 */
import { isKubeError } from '../../../common/kube/errors';
import { LEASES } from '../../../common/kube/lease';
import {
  NAMESPACES,
  ROLEBINDINGS,
  SERVICEACCOUNTS,
  XENAGENTS,
  XENDOMAINS,
  XENHOSTS,
} from '../../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { mergePatchOf } from '../../../common/merge-patch';
import { AGENT_LEASE, FINALIZER, hostNamespace } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import type { XenAgent, XenHost } from '../../../crds/generated/types';
import type { HostObjects } from '../../plan/host/objects';
import { planHost, type HostAction, type HostPlanFacts } from '../../plan/host/plan';
import { showHost, withoutUsage, type HostUsage } from '../../plan/host/status';
import { sameSpec } from '../../plan/same';
import type { ReconcileResult } from '../../runtime/controller';
import type { Caches } from '../frame/caches';
import type { HostDirectory } from '../frame/host-directory';
import type { Ledger } from '../placement/ledger';
import { USAGE_EVERY_MS, type Writer } from '../frame/writer';
import type { LeftOutTeller } from './left-out';

/** ServiceAccount and RoleBinding are not watched: they are looked at again at this interval. */
const ENSURE_EVERY_MS = 600_000;
/**
 * The Lease is watched: one that is not there is made at once. Not sooner again than this, for a
 * Lease that somebody made without our label is never seen.
 */
const LEASE_EVERY_MS = 10_000;
/** The longest chain of acts is finalizer, namespace, objects, XenAgent. */
const MAX_STEPS = 8;

export interface HostControllerOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly ledger: Ledger;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly leftOut: LeftOutTeller;
}

export class HostController {
  readonly #options: HostControllerOptions;
  /** UID of the namespace, and when (monotonic ms) its unwatched objects were last ensured. */
  readonly #ensured = new Map<string, { uid: string; atMs: number }>();
  readonly #writtenAt = new Map<string, number>();

  constructor(options: HostControllerOptions) {
    this.#options = options;
  }

  readonly reconcile = async (name: string): Promise<ReconcileResult | undefined> => {
    this.#options.ledger.markHost(name);
    for (let step = 0; step < MAX_STEPS; step++) {
      const facts = this.#factsOf(name);
      if (facts === undefined) return this.#forget(name);
      const action = planHost(facts);
      if (action.do === 'wait') return this.#show({ ...facts, held: action.held });
      await this.#carryOut(facts, action);
      // The cache learns of a deletion from the watch, not from the answer.
      if (action.do === 'freeOrders' || action.do === 'deleteNamespace') return undefined;
    }
    return { requeueAfterMs: 0 };
  };

  #forget(name: string): undefined {
    this.#ensured.delete(name);
    this.#writtenAt.delete(name);
  }

  #factsOf(name: string): HostPlanFacts | undefined {
    const { caches, directory, clock, leftOut } = this.#options;
    const host = caches.hosts.get(name);
    if (host === undefined) return undefined;
    const at = hostNamespace(name);
    const namespace = caches.namespaces.get(at);
    const last = this.#ensured.get(name);
    const hasLease = caches.leases.get(`${at}/${AGENT_LEASE}`) !== undefined;
    const everyMs = hasLease ? ENSURE_EVERY_MS : LEASE_EVERY_MS;
    const isEnsured = last?.uid === namespace?.metadata.uid && clock.monotonicMs() - (last?.atMs ?? 0) < everyMs;
    const catalog = directory.catalog();
    leftOut.tell(catalog.leftOut);
    return {
      ...directory.facts(name),
      host,
      namespace,
      hasLease,
      isEnsured: last !== undefined && isEnsured,
      orders: caches.domains.byIndex('namespace', at),
      claims: caches.vms.byIndex('host', name).length,
      catalog,
      rememberedBy: host.metadata.deletionTimestamp === undefined ? [] : this.#rememberedBy(name),
    };
  }

  /** Hosts that are told to remember this one, without those that are being deleted. */
  #rememberedBy(name: string): string[] {
    const { hosts, agents } = this.#options.caches;
    const isTold = ({ metadata, spec }: XenAgent): boolean =>
      spec.roster?.includes(name) === true && hosts.get(metadata.name)?.metadata.deletionTimestamp === undefined;
    const staying = agents.all().filter(({ metadata }) => hosts.get(metadata.name) !== undefined);
    return staying.filter(isTold).map(({ metadata }) => metadata.name);
  }

  async #carryOut({ host, namespace }: HostPlanFacts, action: Exclude<HostAction, { do: 'wait' }>): Promise<void> {
    const { writer, clock } = this.#options;
    const { name } = host.metadata;
    const done = (message: string, level: 'info' | 'warn' = 'info') => ({ message, fields: { host: name }, level });
    switch (action.do) {
      case 'setFinalizers':
        return void (await writer.setFinalizers(XENHOSTS, host, action.finalizers, this.#finalizerDone(host)));
      case 'createNamespace':
        return void (await writer.create(NAMESPACES, action.namespace as KubeObject, done('namespace created')));
      case 'ensureObjects':
        await this.#ensureObjects(action.objects, action.lease);
        this.#ensured.set(name, { uid: namespace?.metadata.uid ?? '', atMs: clock.monotonicMs() });
        return;
      case 'createAgent':
        return void (await writer.create(XENAGENTS, action.agent));
      case 'updateAgent':
        return void (await writer.update(XENAGENTS, action.agent));
      case 'freeOrders':
        for (const order of action.orders) {
          const rest = (order.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
          await writer.setFinalizers(XENDOMAINS, order, rest, done('order let go with its namespace', 'warn'));
        }
        return;
      case 'deleteNamespace': {
        const { name: at, uid } = action.namespace.metadata;
        const options = uid === undefined ? {} : { uid };
        await writer.delete(NAMESPACES, { name: at }, options, done('namespace deleted'));
      }
    }
  }

  #finalizerDone({ metadata }: XenHost): { message: string; fields: { host: string } } | undefined {
    const isEnd = metadata.deletionTimestamp !== undefined;
    return isEnd ? { message: 'finalizer removed', fields: { host: metadata.name } } : undefined;
  }

  async #ensureObjects({ serviceAccount, roleBinding, lease }: HostObjects, withLease: boolean): Promise<void> {
    const { writer } = this.#options;
    const ensure = async (type: ResourceType, object: object): Promise<void> => {
      try {
        await writer.create(type, object as KubeObject);
      } catch (error) {
        if (!isKubeError(error, 'alreadyExists')) throw error;
      }
    };
    await ensure(SERVICEACCOUNTS, serviceAccount);
    await ensure(ROLEBINDINGS, roleBinding);
    if (withLease) await ensure(LEASES, lease);
  }

  #usageOf(name: string): HostUsage | undefined {
    const { ledger } = this.#options;
    ledger.flush();
    const account = ledger.scheduler.account(name);
    if (account === undefined || account.totalBytes === 0) return undefined;
    const { vms, guestBytes, sharedVcpus, dedicatedVcpus, freeBytes, hvmGuests, mostHvmGuests } = account;
    const vcpus = sharedVcpus + dedicatedVcpus;
    return { vms, vcpus, committedBytes: guestBytes, freeBytes, hvmGuests, mostHvmGuests };
  }

  async #show(facts: HostPlanFacts): Promise<ReconcileResult | undefined> {
    const { writer, clock } = this.#options;
    const { host } = facts;
    const { name, resourceVersion } = host.metadata;
    const status = showHost(host, facts, this.#usageOf(name), new Date(clock.wallMs()).toISOString());
    if (sameSpec(host.status, status)) return undefined;
    const left = (this.#writtenAt.get(name) ?? -USAGE_EVERY_MS) + USAGE_EVERY_MS - clock.monotonicMs();
    if (left > 0 && sameSpec(withoutUsage(host.status), withoutUsage(status))) return { requeueAfterMs: left };
    this.#writtenAt.set(name, clock.monotonicMs());
    const patch = { metadata: { resourceVersion }, status: mergePatchOf(host.status, status) };
    await writer.mergePatch(XENHOSTS, { name }, patch, { subresource: 'status' });
    return undefined;
  }
}
