import { deepEqual, equal, match } from 'node:assert/strict';
import { agentStatus, isWorthWriting } from '../../../agents/api/agent-status';
import type { AgentStatusInput } from '../../../agents/api/agent-status';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { BOOT, FLEET, NOW, UUID, order, record, row, started } from '../orders';

const DOM0 = row({ domid: 0, name: 'Domain-0', uuid: '00000000-0000-0000-0000-000000000000', memoryMiB: 4096 });
const OTHER = '11111111-2222-4333-8444-555555555555';

function input(changes: Partial<AgentStatusInput> = {}): AgentStatusInput {
  return {
    agent: {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenAgent',
      metadata: { name: 'h1', generation: 3 },
      spec: {
        fleetID: FLEET,
        storagePools: [{ name: 'local', driver: 'file', path: '/pool' }],
        networks: [{ name: 'public', bridge: 'xenbr0' }],
      },
    },
    version: '1',
    bootID: BOOT,
    fleet: { fleetID: FLEET, roster: ['b', 'a'] },
    observation: {
      facts: {
        xenVersion: '4.17',
        cpus: 4,
        totalMiB: 8192,
        freeMiB: 1000,
        virtCaps: 'pv',
        guestTypes: ['pv'],
        dom0MemoryFixed: true,
      },
      bridges: ['xenbr0'],
      pools: [{ path: '/pool', totalBytes: 100e9, freeBytes: 50e9 }],
      disks: [{ path: `/pool/${UUID}.root.raw`, sizeBytes: 7, usedBytes: 4 }],
      markers: new Map([['/pool', { name: 'local', id: 'id-1' }]]),
    },
    listing: { rows: [DOM0, row()], garbage: [] },
    records: new Map<string, DomainRecord>([[UUID, started()]]),
    poolID: () => undefined,
    hasOrder: () => true,
    policyDigest: 'abc',
    trouble: undefined,
    nonce: 'n',
    nowMs: NOW,
    ...changes,
  };
}
const kind = (changes: Partial<AgentStatusInput>): string | undefined => agentStatus(input(changes)).domains?.[0]?.kind;

describe('the report of a host', () => {
  it('tells ours from orphans from foreign ones', () => {
    equal(kind({}), 'ours');
    equal(kind({ hasOrder: () => false }), 'orphan');
    equal(kind({ records: new Map([[UUID, started({ frozen: true })]]) }), 'orphan');
    equal(kind({ records: new Map() }), 'foreign');
    equal(kind({ records: new Map(), observation: { marked: new Set([UUID]) } }), 'orphan');
  });

  it('does not count Dom0 as a domain, and says what a pool and a bridge are', () => {
    const status = agentStatus(input());
    deepEqual(
      status.domains?.map(({ domid }) => domid),
      [7],
    );
    deepEqual(status.dom0, { vcpus: 2, memoryMiB: 4096, memoryFixed: true });
    deepEqual(status.networks, [{ name: 'public', present: true }]);
    deepEqual(status.roster, ['a', 'b']);
    equal(agentStatus(input({ observation: {} })).storagePools?.[0]?.present, false);
  });

  it('counts a domain with the larger of what it has and its maximum', () => {
    const details = new Map([[7, { domid: 7, maxMemoryMiB: 2048 }]]);
    equal(agentStatus(input({ observation: { details } })).domains?.[0]?.memoryMiB, 2048);
  });

  it('lists disks that no live record has in its order, with the owner in the file beside them', () => {
    const disks = order().disks!.map((disk) => ({ ...disk, path: '/pool' }));
    const live = new Map([[UUID, started({ order: order({ disks }) })]]);
    deepEqual(agentStatus(input({ records: live })).retainedDisks, []);
    const retained = { uuid: UUID, disk: 'root', path: '/pool', sizeBytes: 7 };
    const last = { namespace: 'tenant', vmName: 'web' };
    const gone = new Map([[UUID, record({ retiredEpoch: 1, order: order({ disks }) })]]);
    deepEqual(agentStatus(input({ records: gone })).retainedDisks, [{ ...retained, ...last }]);
    // It moved to another pool: what is left behind is kept, and told.
    deepEqual(agentStatus(input()).retainedDisks, [{ ...retained, ...last }]);
    deepEqual(agentStatus(input({ records: new Map() })).retainedDisks, [retained]);
    const owners = new Map([[`/pool/${UUID}.root.owner`, { namespace: 'a', name: 'b' }]]);
    const observation = { ...input().observation, owners };
    for (const records of [gone, new Map<string, DomainRecord>()])
      deepEqual(agentStatus(input({ records, observation })).retainedDisks, [
        { ...retained, namespace: 'a', vmName: 'b' },
      ]);
  });

  it('takes no folder for a pool that does not prove to be it', () => {
    const pool = (changes: Partial<AgentStatusInput>) => agentStatus(input(changes)).storagePools?.[0];
    const marked = (name: string, id: string) => {
      const observation = { ...input().observation, markers: new Map([['/pool', { name, id }]]) };
      return { observation };
    };
    const good = {
      name: 'local',
      present: true,
      totalBytes: 100e9,
      freeBytes: 50e9,
      usedBytes: 4,
      diskBytes: 7,
      id: 'id-1',
    };
    deepEqual(pool({}), good);
    deepEqual(pool({ poolID: () => 'id-1' }), good);
    const rows: readonly [Partial<AgentStatusInput>, RegExp][] = [
      [marked('other', 'id-1'), /belongs to pool other/],
      [{ poolID: () => 'id-2' }, /has the ID id-1, and this host has used pool local there with the ID id-2/],
      [{ observation: { ...input().observation, markers: new Map() } }, /mark it with: echo "local /],
      [{ observation: { ...input().observation, markers: new Map() }, poolID: () => 'id-1' }, /has used pool local/],
    ];
    for (const [changes, words] of rows) {
      equal(pool(changes)?.present, false);
      match(pool(changes)?.message ?? '', words);
    }
  });

  it('says so where the host belongs to another fleet, or has trouble', () => {
    equal(agentStatus(input({ fleet: { fleetID: 'x', roster: [] } })).conditions?.[0]?.reason, 'WrongFleet');
    equal(agentStatus(input({ trouble: 'xl hangs' })).conditions?.[0]?.reason, 'AgentTrouble');
  });

  it('is written for any change but that of free space, which waits a minute and must be worth it', () => {
    const before = agentStatus(input());
    const withFree = (freeMiB: number) => {
      const base = input();
      const facts = base.observation.facts && { ...base.observation.facts, freeMiB };
      return agentStatus({ ...base, observation: { ...base.observation, ...(facts && { facts }) } });
    };
    equal(isWorthWriting(undefined, before, 0), true);
    equal(isWorthWriting(before, before, 1e9), false);
    equal(isWorthWriting(before, withFree(1010), 1e9), false);
    equal(isWorthWriting(before, withFree(900), 59_000), false);
    equal(isWorthWriting(before, withFree(900), 60_000), true);
    equal(
      isWorthWriting(
        before,
        agentStatus(input({ listing: { rows: [DOM0, row(), row({ domid: 8, uuid: OTHER })], garbage: [] } })),
        0,
      ),
      true,
    );
  });
});
