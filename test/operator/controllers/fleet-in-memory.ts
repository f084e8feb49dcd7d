/** What the operator knows, filled by hand: caches, fleet and ledger, without an API server. */
import type { XenAgent, XenDomain, XenHost, XenVM } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import type { KubeClient } from '../../../common/kube/client';
import type { KubeObject } from '../../../common/kube/types';
import type { Metrics } from '../../../operator/adapters/types';
import { HostDirectory } from '../../../operator/controllers/frame/host-directory';
import { Ledger } from '../../../operator/controllers/placement/ledger';
import { VmFactsSource } from '../../../operator/controllers/placement/facts-source';
import { openCaches } from '../../../operator/controllers/frame/caches';
import type { Store } from '../../../operator/runtime/store';
import { HOST_LABEL, hostNamespace, leaseHolder } from '../../../common/names';
import { FakeClock, noChance } from '../../common/kube/fake-clock';
import { planVm } from '../../../operator/plan/vm/plan';
import { brief, FLEET } from '../plan/builders';

export const NONCE = 'n1';
const HOST_MIB = 16384;

export class FleetInMemory {
  readonly clock = new FakeClock();
  readonly caches = openCaches({
    client: undefined as unknown as KubeClient,
    clock: this.clock,
    random: noChance(),
    metrics: { watchRelisted: () => undefined } as unknown as Metrics,
    onDoubt: () => undefined,
    onFault: (_where, error) => {
      throw error;
    },
  });
  readonly directory = new HostDirectory({
    caches: this.caches,
    clock: this.clock,
    fleetID: FLEET,
    unknownAfterMs: 25_000,
  });
  readonly facts = new VmFactsSource(this.caches, this.directory);
  readonly ledger: Ledger;
  #version = 100;

  constructor(...hosts: readonly string[]) {
    this.directory.nonce = NONCE;
    this.ledger = new Ledger(this.caches, this.directory, this.facts);
    for (const name of hosts) this.host(name);
    for (const name of hosts) this.report(name);
  }

  /** A change of a XenHost's spec by its administrator. What is undefined is taken away. */
  editHost(name: string, spec: { readonly [K in keyof XenHost['spec']]?: XenHost['spec'][K] | undefined }): void {
    const host = this.caches.hosts.get(name);
    if (host !== undefined) this.put(this.caches.hosts, { ...host, spec: defined({ ...host.spec, ...spec }) });
  }

  /** The host that a new VM would be placed on. */
  finds(vm: XenVM): string | undefined {
    const ask = this.ledger.placing(vm);
    return ask === undefined ? undefined : this.ledger.scheduler.find(ask.spec);
  }

  /** What the plan says of a VM now. */
  planned(vm: XenVM): string {
    return brief(planVm(this.facts.of(vm, undefined)));
  }

  /** As the watch tells it; the object as it is in the cache. */
  put<T extends KubeObject>(store: Store<T>, object: T): T {
    const resourceVersion = String((this.#version += 1));
    const put = { ...object, metadata: { ...object.metadata, resourceVersion } };
    store.apply({ type: 'apply', object: put });
    return put;
  }

  remove<T extends KubeObject>(store: Store<T>, object: T): void {
    const resourceVersion = String((this.#version += 1));
    store.apply({ type: 'delete', object: { ...object, metadata: { ...object.metadata, resourceVersion } } });
  }

  host(name: string): XenHost {
    const namespace = hostNamespace(name);
    const metadata = { name: namespace, uid: `uid-${namespace}`, labels: { [HOST_LABEL]: name } };
    this.put(this.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    return this.newHost(name);
  }

  /** As an administrator makes it: without all that the operator adds. */
  newHost(name: string): XenHost {
    return this.put(this.caches.hosts, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenHost',
      metadata: { name, uid: `uid-${name}` },
      spec: { pool: 'default' },
    });
  }

  /** The heartbeat of the host's agent, with the boot in which it was renewed if that is known. */
  beat(host: string, bootID?: string): void {
    const metadata = { namespace: hostNamespace(host), name: 'agent' };
    const renewTime = `2026-01-01T00:00:00.${String(this.#version).padStart(6, '0')}Z`;
    const spec = { renewTime, ...(bootID !== undefined && { holderIdentity: leaseHolder('m', bootID, 'p') }) };
    this.put(this.caches.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
  }

  /** What the host's agent says. Its roster names all hosts of now unless told otherwise. */
  report(host: string, over: XenAgent['status'] = {}): void {
    const namespace = hostNamespace(host);
    const known = this.directory.agent(host);
    this.beat(host);
    this.put(this.caches.agents, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenAgent',
      metadata: known?.metadata ?? { namespace, name: host, uid: `uid-agent-${host}` },
      spec: known?.spec ?? { fleetID: FLEET, nonce: NONCE },
      status: {
        nonce: NONCE,
        bootID: `boot-${host}`,
        roster: this.caches.hosts.all().map(({ metadata }) => metadata.name),
        cpus: 8,
        xen: { guestTypes: ['pv', 'pvh', 'hvm'] },
        memory: { totalMiB: HOST_MIB, freeMiB: HOST_MIB },
        dom0: { vcpus: 1, memoryMiB: 1024, memoryFixed: true },
        ...over,
      },
    });
  }

  vm(vm: XenVM): XenVM {
    return this.put(this.caches.vms, vm);
  }

  order(order: XenDomain): XenDomain {
    return this.put(this.caches.domains, {
      ...order,
      metadata: { ...order.metadata, uid: `uid-${order.metadata.namespace}` },
    });
  }

  /** What the scheduler counts on a host, in MiB. */
  countedMiB(host: string): { guests: number; orphans: number } {
    this.ledger.flush();
    const { guestBytes = NaN, orphanBytes = NaN } = this.ledger.scheduler.account(host) ?? {};
    const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);
    return { guests: mib(guestBytes), orphans: mib(orphanBytes) };
  }
}
