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
    const vms = Object.entries(pendingByReason).map(([reason, waiting]) => [reason, waiting.vms]);
    deepEqual(vms, [
      ['Unschedulable', 1],
      ['Pending', 1],
    ]);
    deepEqual(refusalsByFilter, { Memory: 1 });
    deepEqual([unreportedHosts, unreadObjects], [0, 0]);
  });

  it('say since when the first VM waits for a reason, by its condition, else since it is there', () => {
    const here = new OperatorInMemory([]);
    const waiting = (name: string, created: string | undefined, since?: string): void => {
      const made = here.wants(name, 1, '1Gi');
      const { creationTimestamp: _, ...metadata } = made.metadata;
      const word = { type: 'Scheduled', status: 'False' as const, reason: 'Unschedulable', message: '' };
      const conditions = since === undefined ? [] : [{ ...word, lastTransitionTime: since }];
      const meta = { ...metadata, ...(created !== undefined && { creationTimestamp: created }) };
      here.vm({ ...made, metadata: meta, status: { phase: 'Pending', conditions } });
    };
    waiting('b', '2026-11-25T09:00:00Z', '2026-11-25T10:00:05Z');
    waiting('a', '2026-11-25T09:00:00Z', '2026-11-25T10:00:02Z');
    waiting('c', '2026-11-25T09:00:00Z', '2026-11-25T10:00:09Z');
    waiting('new', '2026-11-25T11:00:00Z');
    waiting('timeless', undefined);
    deepEqual(usage(here).pendingByReason, {
      Unschedulable: { vms: 3, sinceMs: Date.parse('2026-11-25T10:00:02Z') },
      Pending: { vms: 2, sinceMs: Date.parse('2026-11-25T11:00:00Z') },
    });
    here.vm({ ...here.get('new'), status: { phase: 'Running' } });
    deepEqual(usage(here).pendingByReason.Pending, { vms: 1 });
  });

  it('name each host and count each VM that is not Ready, with no word that only an agent knows', () => {
    const here = new OperatorInMemory(['h1', 'h2', 'h3', 'h4']);
    const ready = (status: 'True' | 'False' | 'Unknown', reason: string) => ({
      conditions: [{ type: 'Ready', status, reason, message: '', lastTransitionTime: '2026-11-25T10:00:00Z' }],
    });
    const told = {
      h1: ready('True', 'AgentReporting'),
      h2: ready('Unknown', 'AgentSilent'),
      h3: ready('False', 'AgentTrouble'),
    };
    for (const [name, status] of Object.entries(told))
      here.put(here.caches.hosts, { ...here.caches.hosts.get(name)!, status });
    for (const [name, status] of [
      ['a', ready('False', 'DuplicateDomain')],
      ['b', ready('Unknown', 'DuplicateDomain')],
      ['c', ready('True', 'Running')],
      ['d', ready('False', 'Chosen-By-An-Agent-1')],
      ['e', ready('False', 'toString')],
    ] as const)
      here.vm({ ...here.wants(name, 1, '1Gi'), status: { ...status, phase: 'Running' } });
    const { hostsNotReady, vmsNotReadyByReason } = usage(here);
    deepEqual(hostsNotReady, [
      { host: 'h2', reason: 'AgentSilent' },
      { host: 'h3', reason: 'AgentTrouble' },
    ]);
    deepEqual(vmsNotReadyByReason, { DuplicateDomain: 2, Other: 2 });
  });

  it("have the fleet's storage pools that are on a host, and none that an agent has made up", () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    const pool = { apiVersion: 'xenfleet.io/v1alpha1' as const, kind: 'XenStoragePool' as const };
    for (const name of ['ssd', 'nfs'])
      here.put(here.caches.storagePools, {
        ...pool,
        metadata: { name },
        spec: { driver: 'file', path: '/p', locality: 'local', allowedNamespaces: { from: 'All' } },
      });
    const room = { totalBytes: 1000, freeBytes: 400 };
    const storagePools = [
      { name: 'ssd', present: true, ...room },
      { name: 'nfs', present: false },
      { name: 'made-up', present: true, ...room },
    ];
    here.report('h1', { storagePools });
    deepEqual(
      usage(here).hosts.map(({ storage }) => storage),
      [[{ pool: 'ssd', ...room }], []],
    );
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
