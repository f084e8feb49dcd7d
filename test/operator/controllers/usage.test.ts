/** The figures of a fleet for metrics, from caches, ledger and the placement loop. */
import { deepEqual } from 'node:assert/strict';
import { fleetUsage } from '../../../operator/controllers/usage';
import { OperatorInMemory } from './operator-in-memory';

const usage = (here: OperatorInMemory) => fleetUsage(here.caches, here.directory, here);

describe('the figures of a fleet', () => {
  it('count hosts and VMs by phase, and why VMs wait', async () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    const h1 = here.caches.hosts.get('h1')!;
    here.put(here.caches.hosts, { ...h1, status: { phase: 'Ready' } });
    here.wants('web', 1, '1Gi');
    await here.work();
    for (const host of ['h1', 'h2']) here.follow(host);
    await here.work();
    here.wants('big', 1, '64Gi');
    await here.work();
    const { status: _status, ...bare } = here.wants('new', 1, '1Gi');
    here.vm(bare);
    const { hostsByPhase, vmsByPhase, pendingByReason, refusalsByFilter, unreportedHosts, unreadObjects } = usage(here);
    deepEqual(hostsByPhase, { Ready: 1, Pending: 1 });
    deepEqual(vmsByPhase, { Running: 1, Pending: 2 });
    deepEqual(pendingByReason, { Unschedulable: 1, Pending: 1 });
    deepEqual(refusalsByFilter, { Memory: 1 });
    deepEqual([unreportedHosts, unreadObjects], [0, 0]);
  });

  it('count no refusal for a VM that only waits to grow', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '1Gi');
    await here.work();
    here.follow('h1');
    here.wants('web', 1, '64Gi');
    await here.work();
    deepEqual(
      [[...here.placement.allUnplaced()].map(({ kind }) => kind), usage(here).refusalsByFilter],
      [['grow'], {}],
    );
  });

  it('have the account and the CPUs of each host that has reported', () => {
    const here = new OperatorInMemory(['h1']);
    here.newHost('h2');
    deepEqual(
      usage(here).hosts.map(({ account, cpus }) => [account.host, cpus]),
      [
        ['h1', 8],
        ['h2', 0],
      ],
    );
  });

  it('judge a pool only if no report is missing that could help it', () => {
    const here = new OperatorInMemory(['h1', 'h2', 'h3']);
    here.editHost('h3', { pool: 'metal' });
    const rules = {
      apiVersion: 'xenfleet.io/v1alpha1' as const,
      kind: 'XenPool' as const,
      spec: { hostFailuresToTolerate: 1 },
    };
    for (const name of ['default', 'metal']) here.put(here.caches.pools, { ...rules, metadata: { name } });
    for (const [name, host] of [
      ['a', 'h1'],
      ['b', 'h3'],
    ] as const) {
      const made = here.wants(name, 1, '12Gi');
      here.vm({ ...made, status: { placement: { host, epoch: 1 }, domainUUID: `uid-${name}` } });
    }
    here.report('h2', { nonce: 'old' });
    const { pools, unreportedHosts } = usage(here);
    deepEqual(pools.map(({ account, isJudged }) => [account.pool, account.tolerates === 'yes', isJudged]).sort(), [
      ['default', false, false],
      ['metal', false, true],
    ]);
    deepEqual(unreportedHosts, 1);
  });
});
