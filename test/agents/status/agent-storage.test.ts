import { deepEqual, equal, match } from 'node:assert/strict';
import { agentStatus } from '../../../agents/status/agent-status';
import type { AgentStatusInput } from '../../../agents/status/agent-status';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { UUID, order, record, started } from '../orders';
import { input } from './status-input';

describe('what a host tells of its storage', () => {
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

  it('tells the storage as it told it before while a part of it cannot be looked at', () => {
    const owners = new Map([[`/pool/${UUID}.root.owner`, { namespace: 'a', name: 'b' }]]);
    const { observation, agent } = input();
    const whole = { ...observation, owners };
    const before = agentStatus(input({ records: new Map(), observation: whole }));
    equal(before.retainedDisks?.[0]?.vmName, 'b');
    for (const part of ['pools', 'disks', 'markers', 'owners'] as const) {
      const { [part]: _failed, ...seen } = whole;
      const changes = { records: new Map<string, DomainRecord>(), observation: seen };
      const after = agentStatus(input({ ...changes, agent: { ...agent, status: before } }));
      deepEqual(after.storagePools, before.storagePools, part);
      deepEqual(after.retainedDisks, before.retainedDisks, part);
    }
    const { markers: _markers, ...unmarked } = whole;
    match(agentStatus(input({ observation: unmarked })).storagePools?.[0]?.message ?? '', /has not told yet/);
  });

  it('tells the disks of a pool that is not mounted as before, and of others only what is there', () => {
    const { observation, agent } = input();
    const none = new Map<string, DomainRecord>();
    const before = agentStatus(input({ records: none }));
    const unmounted = { ...observation, disks: [], markers: new Map<string, never>() };
    const later = (over: Partial<AgentStatusInput>) =>
      agentStatus(input({ records: none, agent: { ...agent, status: before }, ...over }));
    const gone = later({ observation: unmounted });
    deepEqual([gone.storagePools?.[0]?.present, gone.retainedDisks], [false, before.retainedDisks]);
    equal(gone.retainedDiskCount, 1);
    deepEqual(later({ observation: { ...observation, disks: [] } }).retainedDisks, [], 'it is mounted, and empty');
    deepEqual(later({ observation: { ...unmounted, disks: observation.disks! } }).retainedDisks, before.retainedDisks);
    const disks = order().disks!.map((disk) => ({ ...disk, path: '/pool' }));
    const taken = new Map([[UUID, started({ order: order({ disks }) })]]);
    deepEqual(later({ observation: unmounted, records: taken }).retainedDisks, [], 'its VM is back');
    const twice = { name: 'same', driver: 'file' as const, path: '/pool' };
    const spec = { ...agent.spec, storagePools: [twice, ...(agent.spec.storagePools ?? [])] };
    const other = { ...agent, spec, status: before };
    deepEqual(later({ agent: other, observation: { ...observation, disks: [] } }).retainedDisks, []);
    const dropped = { ...agent, spec: { ...agent.spec, storagePools: [] }, status: before };
    deepEqual(later({ agent: dropped, observation: unmounted }).retainedDisks, [], 'no pool of the fleet any more');
  });
});
