/** A cluster's objects give the command line the very snapshot that the operator has of them. */
import { deepEqual, equal } from 'node:assert/strict';
import { clusterScene } from '../../cli/cluster';
import { claimed, order, vm } from '../operator/plan/builders';
import { FleetInMemory } from '../operator/controllers/fleet-in-memory';

const spec = { className: undefined, resources: { vcpus: 1, memory: '1Gi' } } as never;

/** A claimed VM, an order that no claim counts, a retired one, and a domain that nobody ordered. */
function fleet(): FleetInMemory {
  const here = new FleetInMemory('h1', 'h2');
  here.vm(vm({ spec, status: claimed('h1', 1) }));
  here.order(order('h1', 1));
  const stray = order('h2', 1, { memory: { targetMiB: 4096, maxMiB: 4096 } });
  here.order(stray);
  const foreign = { uuid: 'u-foreign', kind: 'foreign' as const, type: 'pvh' as const, vcpus: 2, memoryMiB: 512 };
  here.report('h2', { domains: [foreign] });
  return here;
}

describe('a cluster on the command line', () => {
  it('is counted as the operator counts it, orders without a claim included', () => {
    const here = fleet();
    here.ledger.flush();
    const { caches } = here;
    const objects = [...caches.hosts.all(), ...caches.agents.all(), ...caches.domains.all(), ...caches.vms.all()];
    const { snapshot } = clusterScene(objects);
    for (const host of snapshot.hosts) {
      const account = here.ledger.scheduler.account(host.name);
      deepEqual([host.orphanBytes, host.foreignBytes], [account?.orphanBytes, account?.foreignBytes], host.name);
    }
    equal((snapshot.hosts.find(({ name }) => name === 'h2')?.orphanBytes ?? 0) > 4096 * 2 ** 20, true);
  });
});
