/** A whole term of a leader on a fleet and an API in memory: all controllers, queues and loops. */
import type { BrakeLimits } from '../../../operator/plan/brake';
import { Brake } from '../../../operator/controllers/brake';
import { LeaderTerm } from '../../../operator/controllers/term';
import { noChance } from '../../common/kube/fake-clock';
import { ApiInMemory } from './api-in-memory';
import { FleetInMemory } from './fleet-in-memory';
import { Recording } from './recording';

export class TermInMemory extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly brake: Brake;
  readonly term: LeaderTerm;
  /** What ran into an exception. */
  readonly faults: string[] = [];

  /** Hosts that have reported to the leader before. */
  constructor(hosts: readonly string[], limits: BrakeLimits = { deletions: 0, percent: 0, windowMs: 0 }) {
    super(...hosts);
    const { caches, directory, clock, told } = this;
    for (const store of [caches.namespaces, caches.domains]) {
      const objects = store.all();
      store.apply({ type: 'init', cause: 'start' });
      store.apply({ type: 'page', objects: objects as never });
      store.apply({ type: 'initDone', resourceVersion: '1', cause: 'start' });
    }
    this.brake = new Brake({ caches, clock, limits, systemNamespace: 'xen-fleet-system', onState: () => undefined });
    let terms = 0;
    this.term = new LeaderTerm({
      caches,
      directory,
      clock,
      brake: this.brake,
      client: this.api.client,
      events: told.recorder,
      random: noChance(),
      metrics: told.metrics,
      log: told.log,
      onFault: (where, error) => void this.faults.push(`${where} ${String(error)}`),
      workers: 2,
      defer: (turn) => void setImmediate(turn),
      newNonce: () => `term-${(terms += 1)}`,
    });
  }

  /** What is under way comes to rest. */
  async rest(ms = 3000): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) await this.clock.advance(100);
  }

  /** The agent of the host answers the leader, and does as its orders say. */
  answers(host: string): void {
    const orders = this.caches.domains.byIndex('namespace', `xenhost-${host}`);
    const running = orders.filter(({ spec }) => spec.desired === 'Running');
    for (const order of orders) {
      const { epoch, desired } = order.spec;
      const { generation = 0 } = order.metadata;
      const receipt = desired === 'Absent' && { retiredEpoch: epoch };
      this.put(this.caches.domains, {
        ...order,
        status: { observedGeneration: generation, epoch, phase: desired, ...receipt },
      });
    }
    const domains = running.map(({ metadata }) => ({
      uuid: metadata.name,
      kind: 'ours' as const,
      vcpus: 1,
      memoryMiB: 1024,
    }));
    this.report(host, { nonce: this.directory.nonce, domains });
  }
}
