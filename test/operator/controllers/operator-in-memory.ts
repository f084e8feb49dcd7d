/**
 * The real controller of VMs and the real placement loop, with caches that are filled by hand and
 * an API in memory.
 */
import type { XenAgent, XenDomain, XenVM } from '../../../crds/generated/types';
import { KubeError } from '../../../common/kube/errors';
import type { EventRecorder } from '../../../common/kube/events';
import { keyOf } from '../../../common/kube/types';
import { hostNamespace } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import type { Logger, Metrics } from '../../../operator/adapters/types';
import { Placement } from '../../../operator/controllers/placement/placement';
import { Writer } from '../../../operator/controllers/frame/writer';
import { VmController } from '../../../operator/controllers/vm/controller';
import { ReportWaiters } from '../../../operator/controllers/vm/report-waiters';
import { planVm, type Action } from '../../../operator/plan/vm/plan';
import { settle } from '../../common/kube/fake-clock';
import { vm as newVm } from '../plan/builders';
import { ApiInMemory } from './api-in-memory';
import { FleetInMemory } from './fleet-in-memory';

const silent = (): void => undefined;
export const NO_LOG = { info: silent, warn: silent, debug: silent, error: silent } as unknown as Logger;

export class OperatorInMemory extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly placement: Placement;
  readonly vms: VmController;
  readonly waiters = new ReportWaiters(this.directory);
  readonly claims: string[] = [];
  readonly results: string[] = [];
  /** Seconds from creation to the first run, as they are told to the metrics. */
  readonly starts: number[] = [];
  /** VMs that the placement loop wants looked at again. */
  readonly outcomes: string[] = [];
  /** Runs when a claim is about to be written. */
  onClaim: () => void = silent;

  constructor(hosts: readonly string[], clock?: Clock) {
    super(...hosts);
    const { caches, facts, ledger } = this;
    const metrics = {
      placement: (result: string) => void this.results.push(result),
      vmStarted: (seconds: number) => void this.starts.push(seconds),
    } as unknown as Metrics;
    const { client } = this.api;
    this.api.before = async ({ body: { status } }) => {
      if (status?.['placement'] === undefined) return;
      this.onClaim();
      await settle();
    };
    this.api.after = ({ verb, body: { status } }) => {
      if (verb === 'patch' && status?.['placement'] !== undefined)
        this.claims.push(JSON.stringify(status['placement']));
    };
    const writer = new Writer({ caches, client, log: NO_LOG });
    const common = { caches, ledger, client, writer, metrics, log: NO_LOG };
    this.placement = new Placement({
      ...common,
      clock: clock ?? this.clock,
      plan: (key) => this.planOf(key),
      onOutcome: (key) => void this.outcomes.push(key),
      defer: (run) => void setImmediate(run),
      pause: settle,
      onClaimed: (vm) => facts.vouchFor(vm),
      bootOf: (host) => this.directory.view(host)?.bootID,
    });
    const events = { record: silent } as unknown as EventRecorder;
    this.vms = new VmController({
      ...common,
      facts,
      placement: this.placement,
      waiters: this.waiters,
      clock: this.clock,
      events,
      onRead: silent,
    });
  }

  namespace(name: string): void {
    this.put(this.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: `uid-${name}` } });
  }

  planOf(key: string): Action | undefined {
    const vm = this.caches.vms.get(key);
    return vm === undefined ? undefined : planVm(this.facts.of(vm, undefined));
  }

  /** A VM of this size, as a tenant creates or edits it. */
  wants(name: string, vcpus: number, memory: string, over: Partial<XenVM['spec']> = {}): XenVM {
    const before = this.caches.vms.get(`acme/${name}`);
    const spec = { className: undefined, resources: { vcpus, memory }, ...over } as Partial<XenVM['spec']>;
    const uid = before?.metadata.uid ?? `uid-${name}`;
    const generation = (before?.metadata.generation ?? 0) + 1;
    const made = newVm({ spec, meta: { ...before?.metadata, name, uid, generation } });
    return this.vm({ ...made, ...(before?.status && { status: before.status }) });
  }

  get(name: string): XenVM {
    const vm = this.caches.vms.get(`acme/${name}`);
    if (vm === undefined) throw new Error(`there is no VM ${name}`);
    return vm;
  }

  orderOf(name: string): XenDomain | undefined {
    const { placement, domainUUID } = this.get(name).status ?? {};
    return this.caches.domains.get(`${hostNamespace(placement?.host ?? '')}/${domainUUID}`);
  }

  /** The VM and its order are gone. */
  gone(name: string): void {
    const order = this.orderOf(name);
    this.remove(this.caches.vms, this.get(name));
    if (order !== undefined) this.remove(this.caches.domains, order);
  }

  condition(name: string, type: string): string {
    const found = this.get(name).status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? '' : `${found.status} ${found.reason}`;
  }

  /** Every VM is looked at until nothing changes any more. */
  async work(): Promise<void> {
    const { vms, domains } = this.caches;
    for (let round = 0; round < 40; round++) {
      const state = (): string => `${vms.generation}/${domains.generation}/${this.outcomes.length}`;
      const before = state();
      for (const vm of vms.all()) await this.vms.reconcile(keyOf(vm.metadata)).catch(isExpected);
      this.placement.wake();
      for (let turn = 0; turn < 4; turn++) await settle();
      await this.clock.advance(1000);
      if (state() === before) return;
    }
    throw new Error('it does not come to rest');
  }

  /**
   * The host's agent takes up its orders. With `starts` each domain gets the size of its order;
   * without it a domain that runs keeps its own.
   */
  follow(host: string, starts = true): void {
    const held = this.caches.agents.get(`${hostNamespace(host)}/${host}`)?.status?.domains ?? [];
    const running = new Map(held.map((domain) => [domain.uuid, domain]));
    for (const order of this.caches.domains.byIndex('namespace', hostNamespace(host))) {
      const uuid = order.metadata.name;
      if (order.spec.desired !== 'Running') running.delete(uuid);
      else if (starts || !running.has(uuid)) running.set(uuid, startedFrom(order));
      this.put(this.caches.domains, { ...order, status: statusOf(order, running.get(uuid)) });
    }
    this.report(host, { domains: [...running.values()] });
  }
}

type Running = NonNullable<NonNullable<XenAgent['status']>['domains']>[number];

function startedFrom({ metadata, spec }: XenDomain): Running {
  const [vcpus, memoryMiB] = [spec.vcpus?.max ?? 0, spec.memory?.maxMiB ?? 0];
  return { uuid: metadata.name, kind: 'ours', type: 'pvh', vcpus, memoryMiB };
}

/** What an agent says of an order that it has taken up. */
function statusOf(
  { metadata, spec: { epoch, desired } }: XenDomain,
  domain: Running | undefined,
): NonNullable<XenDomain['status']> {
  const { vcpus = 0, memoryMiB = 0 } = domain ?? {};
  return {
    observedGeneration: metadata.generation ?? 0,
    epoch,
    phase: desired,
    ...(desired === 'Running' && { granted: { vcpus, memoryMiB } }),
    ...(desired === 'Absent' && { retiredEpoch: epoch }),
  };
}

/** A look at what has changed meanwhile is taken again in the next round. */
function isExpected(error: unknown): void {
  if (!(error instanceof KubeError)) throw error;
}
