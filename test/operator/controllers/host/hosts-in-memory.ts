/** The real controller of hosts on a fleet and an API in memory. */
import type { XenAgent, XenHost } from '../../../../crds/generated/types';
import type { ReconcileResult } from '../../../../operator/runtime/controller';
import { HostController } from '../../../../operator/controllers/host/controller';
import { LeftOutTeller } from '../../../../operator/controllers/host/left-out';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { hostNamespace } from '../../../../common/names';
import { ApiInMemory } from '../api-in-memory';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';

const NOW = '2026-01-01T00:00:00Z';

export class HostsInMemory extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly controller: HostController;

  /** Hosts with a namespace and a report, and nothing else that the controller would make. */
  constructor(...hosts: readonly string[]) {
    super(...hosts);
    const { caches, directory, ledger, clock, told } = this;
    const { metrics, log, recorder: events } = told;
    const writer = new Writer({ caches, client: this.api.client, log });
    const leftOut = new LeftOutTeller({ caches, events, metrics, log });
    this.controller = new HostController({ caches, directory, ledger, writer, clock, leftOut });
  }

  look(name: string): Promise<ReconcileResult | undefined> {
    return this.controller.reconcile(name);
  }

  /** What is written when this host is looked at. */
  async writes(name: string): Promise<string[]> {
    const before = this.api.writes.length;
    await this.look(name);
    return this.api.writes.slice(before);
  }

  get(name: string): XenHost {
    const found = this.caches.hosts.get(name);
    if (found === undefined) throw new Error(`there is no XenHost ${name}`);
    return found;
  }

  agentOf(name: string): XenAgent {
    const found = this.directory.agent(name);
    if (found === undefined) throw new Error(`there is no XenAgent ${name}`);
    return found;
  }

  ready(name: string): string {
    const ready = this.get(name).status?.conditions?.find(({ type }) => type === 'Ready');
    return `${ready?.status} ${ready?.reason}`;
  }

  deleted(name: string): void {
    const known = this.get(name);
    this.put(this.caches.hosts, { ...known, metadata: { ...known.metadata, deletionTimestamp: NOW } });
  }

  namespaceOf(name: string) {
    return this.caches.namespaces.get(hostNamespace(name));
  }

  /** The namespace is being deleted, or else is gone with all that was in it. */
  namespaceGoes(name: string, isGone = true): void {
    const known = this.namespaceOf(name);
    if (known === undefined) throw new Error(`there is no namespace of ${name}`);
    const { caches } = this;
    if (!isGone)
      return void this.put(caches.namespaces, { ...known, metadata: { ...known.metadata, deletionTimestamp: NOW } });
    for (const store of [caches.agents, caches.leases, caches.domains])
      for (const object of store.all())
        if (object.metadata.namespace === hostNamespace(name)) this.remove(store as never, object as never);
    this.remove(caches.namespaces, known);
  }
}

/** A fleet of hosts for which nothing is left to write. */
export async function settled(...hosts: string[]): Promise<HostsInMemory> {
  const here = new HostsInMemory(...hosts);
  for (let round = 0; round < 2; round++) for (const name of hosts) await here.look(name);
  here.api.calls.length = 0;
  return here;
}
