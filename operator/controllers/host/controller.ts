/** One XenHost: its namespace and what the agent needs in it, its page, and its orderly end. */
import type { XenHost } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
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
import { AGENT_LEASE, FINALIZER, hostNamespace } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import type { Logger } from '../../adapters/types';
import { agentCatalog } from '../../plan/agent-catalog';
import { agentSpec, hostObjects, newAgent } from '../../plan/host/objects';
import { showHost, type HostFigures } from '../../plan/host/status';
import { confirmedBoot } from '../../plan/host/view';
import { sameSpec } from '../../plan/same';
import type { ReconcileResult } from '../../runtime/controller';
import type { HostDirectory } from '../host-directory';
import type { Ledger } from '../placement/ledger';
import type { LeftOutTeller } from './left-out';
import type { Caches } from '../caches';

/** Figures that change with every VM are written at most so often. */
export const FIGURES_EVERY_MS = 10_000;
/** What is not watched (ServiceAccount, RoleBinding) is looked at again so often. */
const ENSURE_EVERY_MS = 600_000;

export interface HostControllerOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly ledger: Ledger;
  /** Guarded by leadership. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leftOut: LeftOutTeller;
}

export class HostController {
  readonly #options: HostControllerOptions;
  /** Namespace UID and time (monotonic ms) of the last look at what is not watched. */
  readonly #ensured = new Map<string, { uid: string; atMs: number }>();
  readonly #writtenAt = new Map<string, number>();

  constructor(options: HostControllerOptions) {
    this.#options = options;
  }

  readonly reconcile = async (name: string): Promise<ReconcileResult | undefined> => {
    const { caches, ledger } = this.#options;
    const host = caches.hosts.get(name);
    ledger.markHost(name);
    if (host === undefined) {
      this.#ensured.delete(name);
      this.#writtenAt.delete(name);
      return undefined;
    }
    if (host.metadata.deletionTimestamp !== undefined) return this.#end(host);
    if (!(host.metadata.finalizers ?? []).includes(FINALIZER)) {
      caches.hosts.assume(await this.#setFinalizers(host, [...(host.metadata.finalizers ?? []), FINALIZER]));
    }
    const ready = await this.#ensureNamespace(name);
    if (ready) await this.#ensureAgent(host);
    return this.#show(name);
  };

  /** False while the namespace is on its way out: it is made anew once it is gone. */
  async #ensureNamespace(name: string): Promise<boolean> {
    const { caches, client, clock, log } = this.#options;
    const namespace = hostNamespace(name);
    const seen = caches.namespaces.get(namespace);
    if (seen?.metadata.deletionTimestamp !== undefined) {
      await this.#freeOrders(name);
      return false;
    }
    const objects = hostObjects(name);
    if (seen === undefined) {
      caches.namespaces.assume(await client.create(NAMESPACES, objects.namespace as KubeObject));
      log.info('namespace made', { host: name, namespace });
    }
    const uid = caches.namespaces.get(namespace)?.metadata.uid ?? '';
    const last = this.#ensured.get(name);
    if (last?.uid === uid && clock.monotonicMs() - last.atMs < ENSURE_EVERY_MS) return true;
    await this.#ensureObject(SERVICEACCOUNTS, objects.serviceAccount as KubeObject);
    await this.#ensureObject(ROLEBINDINGS, objects.roleBinding as KubeObject);
    if (caches.leases.get(`${namespace}/${AGENT_LEASE}`) === undefined) {
      await this.#ensureObject(LEASES, objects.lease as KubeObject);
    }
    this.#ensured.set(name, { uid, atMs: clock.monotonicMs() });
    return true;
  }

  async #ensureObject(type: ResourceType, object: KubeObject): Promise<void> {
    try {
      await this.#options.client.create(type, object);
    } catch (error) {
      if (!isKubeError(error, 'alreadyExists')) throw error;
    }
  }

  /** Somebody deletes the namespace of a host: nothing may hold it up. The orders vanish, which freezes their domains; all is made anew. */
  async #freeOrders(name: string): Promise<void> {
    const { caches, client, log } = this.#options;
    for (const order of caches.domains.byIndex('namespace', hostNamespace(name))) {
      const finalizers = order.metadata.finalizers ?? [];
      if (!finalizers.includes(FINALIZER)) continue;
      const { namespace = '', name: uuid, resourceVersion } = order.metadata;
      const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
      await client.mergePatch(
        XENDOMAINS,
        { namespace, name: uuid },
        { metadata: { resourceVersion, finalizers: rest } },
      );
      log.warn('order let go: its namespace is being deleted', { host: name, uuid });
    }
  }

  async #ensureAgent(host: XenHost): Promise<void> {
    const { caches, directory, client, leftOut } = this.#options;
    const { name } = host.metadata;
    const agent = directory.agent(name);
    const facts = directory.fleetFacts();
    const catalog = agentCatalog(facts);
    const spec = agentSpec(facts, catalog, confirmedBoot(host, directory.facts(name)));
    leftOut.tell(catalog.leftOut);
    if (agent === undefined) {
      caches.agents.assume(await client.create(XENAGENTS, newAgent(name, spec)));
      return;
    }
    if (sameSpec(agent.spec, spec)) return;
    caches.agents.assume(await client.update(XENAGENTS, { ...agent, spec }));
  }

  #figures(name: string): HostFigures | undefined {
    const { ledger } = this.#options;
    ledger.flush();
    const account = ledger.scheduler.account(name);
    if (account === undefined || account.totalBytes === 0) return undefined;
    const { vms, guestBytes, sharedVcpus, dedicatedVcpus, freeBytes } = account;
    return { vms, vcpus: sharedVcpus + dedicatedVcpus, committedBytes: guestBytes, freeBytes };
  }

  async #show(name: string, ending?: string): Promise<ReconcileResult | undefined> {
    const { caches, directory, client, clock } = this.#options;
    const host = caches.hosts.get(name);
    if (host === undefined) return undefined;
    const status = showHost(
      host,
      { ...directory.facts(name), ending },
      this.#figures(name),
      new Date(clock.wallMs()).toISOString(),
    );
    if (sameSpec(host.status, status)) return undefined;
    const { committed: _c, free: _f, ...before } = host.status ?? {};
    const { committed: _nc, free: _nf, ...after } = status;
    const left = (this.#writtenAt.get(name) ?? -FIGURES_EVERY_MS) + FIGURES_EVERY_MS - clock.monotonicMs();
    if (sameSpec(before, after) && left > 0) return { requeueAfterMs: left };
    this.#writtenAt.set(name, clock.monotonicMs());
    const patch = { metadata: { resourceVersion: host.metadata.resourceVersion }, status };
    caches.hosts.assume(await client.mergePatch(XENHOSTS, { name }, patch, { subresource: 'status' }));
    return undefined;
  }

  /** A host goes only when it holds nothing: no claim, no order, no domain of ours. */
  async #end(host: XenHost): Promise<ReconcileResult | undefined> {
    const { caches, client, log } = this.#options;
    const { name } = host.metadata;
    if (!(host.metadata.finalizers ?? []).includes(FINALIZER)) return undefined;
    const holds = this.#holds(name);
    if (holds !== undefined) {
      await this.#ensureNamespace(name);
      return this.#show(name, holds);
    }
    await this.#freeOrders(name);
    const namespace = caches.namespaces.get(hostNamespace(name));
    if (namespace !== undefined) {
      if (namespace.metadata.deletionTimestamp === undefined) {
        const uid = namespace.metadata.uid;
        await client.delete(NAMESPACES, { name: namespace.metadata.name }, { ...(uid !== undefined && { uid }) });
      }
      return undefined;
    }
    const rest = (host.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    await this.#setFinalizers(host, rest);
    log.info('host let go', { host: name });
    return undefined;
  }

  #holds(name: string): string | undefined {
    const { caches, directory } = this.#options;
    const view = directory.view(name);
    const claims = caches.vms.byIndex('host', name).length;
    if (claims > 0) return `${claims} VMs are claimed on ${name}: delete them, or move them first`;
    // An Absent order on a dead host waits for it; with the host's own end there is nothing left to wait for.
    const orders = caches.domains
      .byIndex('namespace', hostNamespace(name))
      .filter((order) => view?.dead !== true || order.spec.desired !== 'Absent').length;
    if (orders > 0) return `${orders} orders stand on ${name}`;
    const report = directory.agent(name)?.status;
    if (view?.dead === true || report?.bootID === undefined) return undefined;
    if (!view?.answered)
      return `${name} does not report: start its agent, or set spec.declaredDead: ${report.bootID} once it is off for good`;
    const ours = (report.domains ?? []).filter((domain) => domain.kind !== 'foreign').length;
    return ours > 0 ? `${ours} domains of the fleet are still on ${name}` : undefined;
  }

  #setFinalizers(host: XenHost, finalizers: readonly string[]): Promise<XenHost> {
    const { name, resourceVersion } = host.metadata;
    return this.#options.client.mergePatch(XENHOSTS, { name }, { metadata: { resourceVersion, finalizers } });
  }
}
