import { deepEqual, equal } from 'node:assert/strict';
import { agentStatus, isWorthWriting } from '../../../agents/api/agent-status';
import type { AgentStatusInput } from '../../../agents/api/agent-status';
import type { DomainRecord } from '../../../agents/reconcile/record';
import type { Mark } from '../../../agents/xl/mark';
import { BOOT, FLEET, MARK, NOW, UUID, record, row, started } from '../orders';

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
      disks: [{ path: `/pool/${UUID}.root.raw`, sizeBytes: 7 }],
    },
    listing: { rows: [DOM0, row()], garbage: [] },
    records: new Map<string, DomainRecord>([[UUID, started()]]),
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
    equal(kind({ records: new Map(), observation: { marks: new Map([[UUID, MARK]]) } }), 'orphan');
  });

  it('tells a name only if it is proved: by the record of a run, or by a mark of this fleet', () => {
    const only = (changes: Partial<AgentStatusInput>) => {
      const [{ kind: what, namespace, vmName, epoch } = {} as never] = agentStatus(input(changes)).domains ?? [];
      return [what, namespace, vmName, epoch];
    };
    const marked = (mark: Mark | undefined, records = new Map<string, DomainRecord>()) =>
      only({ records, observation: { marks: new Map([[UUID, mark]]) } });
    deepEqual(only({}), ['ours', 'tenant', 'web', undefined]);
    deepEqual(marked({ ...MARK, name: 'db', epoch: 4 }), ['orphan', 'tenant', 'db', 4]);
    deepEqual(marked({ ...MARK, fleetID: 'other' }), ['foreign', undefined, undefined, undefined]);
    deepEqual(marked(undefined), ['foreign', undefined, undefined, undefined]);
    // A record whose create may never have happened does not make somebody else's domain ours.
    const begun = new Map([[UUID, record({ creating: { epoch: 1, bootID: BOOT, atMs: NOW } })]]);
    deepEqual(marked({ ...MARK, name: 'db' }, begun), ['foreign', undefined, undefined, undefined]);
    deepEqual(marked(MARK, begun), ['ours', 'tenant', 'web', undefined]);
    equal(only({ records: begun, observation: {} })[0], 'ours');
    equal(only({ records: new Map([[UUID, record()]]), observation: {} })[0], 'foreign');
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

  it('lists disks whose VM is gone, with their last owner', () => {
    deepEqual(agentStatus(input()).retainedDisks, []);
    const gone = new Map([[UUID, record({ retiredEpoch: 1 })]]);
    deepEqual(agentStatus(input({ records: gone })).retainedDisks, [
      { uuid: UUID, disk: 'root', path: '/pool', sizeBytes: 7, namespace: 'tenant', vmName: 'web' },
    ]);
    equal(agentStatus(input({ records: new Map() })).retainedDisks?.[0]?.vmName, undefined);
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
