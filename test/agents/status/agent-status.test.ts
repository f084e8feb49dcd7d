import type { XenAgentStatus } from '../../../crds/generated/types';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { agentStatus, isWorthWriting } from '../../../agents/status/agent-status';
import type { AgentStatusInput } from '../../../agents/status/agent-status';
import type { DomainRecord } from '../../../agents/reconcile/record';
import type { Mark } from '../../../agents/xl/mark';
import { BOOT, MARK, NOW, UUID, order, record, row, started } from '../orders';
import { DOM0, input } from './status-input';

const OTHER = '11111111-2222-4333-8444-555555555555';

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

  it('says why the memory of Dom0 is not fixed, and keeps what it told while xl does not answer', () => {
    const { observation } = input();
    const told = (seen: Partial<typeof observation>, dom0?: XenAgentStatus['dom0']) => {
      const before = dom0 ? { agent: { ...input().agent, status: { dom0 } } } : {};
      const { memoryFixed, memoryProblem = '' } = agentStatus(input({ observation: seen, ...before })).dom0 ?? {};
      return [memoryFixed, /autoballoon|range|not told/.exec(memoryProblem)?.[0]];
    };
    const range = { ...observation.facts!, dom0MemoryProblem: 'a range' };
    deepEqual(told({ ...observation, autoballoons: false }), [true, undefined]);
    deepEqual(told({ ...observation, autoballoons: true }), [false, 'autoballoon']);
    deepEqual(told({ facts: range }), [false, 'range']);
    deepEqual(told({}, { memoryFixed: true }), [true, undefined]);
    deepEqual(told({}, { memoryFixed: false, memoryProblem: 'a range' }), [false, 'range']);
    deepEqual(told({}), [false, 'not told']);
  });

  it('tells a bridge of Open vSwitch from one that is not there', () => {
    const message = (openVSwitches: string[]) =>
      agentStatus(input({ observation: { ...input().observation, bridges: [], openVSwitches } })).networks?.[0]
        ?.message;
    equal(message([]), 'the host has no bridge xenbr0');
    equal(message(['xenbr0']), 'bridge xenbr0 is one of Open vSwitch: guests need a Linux bridge');
  });

  it('sells the CPUs of the cpupool that guests are made in', () => {
    const { observation } = input();
    const cpus = (poolCpus?: number) =>
      agentStatus(input({ observation: { ...observation, ...(poolCpus !== undefined && { poolCpus }) } })).cpus;
    deepEqual([cpus(), cpus(3), cpus(64)], [4, 3, 4]);
  });

  it('counts a domain with the larger of what it has and its maximum', () => {
    const details = new Map([[7, { domid: 7, maxMemoryMiB: 2048 }]]);
    equal(agentStatus(input({ observation: { details } })).domains?.[0]?.memoryMiB, 2048);
  });

  it('says so where the host belongs to another fleet, or has trouble', () => {
    equal(
      agentStatus(input({ fleet: { fleetID: 'x', roster: [], rosterEpoch: 0 } })).conditions?.[0]?.reason,
      'WrongFleet',
    );
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

  const many = (count: number, of: (uuid: string, index: number) => DomainRecord) =>
    new Map(
      Array.from({ length: count }, (_none, index) => {
        const uuid = `${index.toString(16).padStart(8, '0')}-51ad-4b43-9f0a-0c8f1c2d3e4f`;
        return [uuid, of(uuid, index)] as const;
      }),
    );
  const retired = { epoch: 1, refusedEpoch: 1, retiredEpoch: 1, retiredAtMs: NOW };

  it('calls a record live that is not retired and has no order, whatever its flag, and tells of a create under way', () => {
    const told = (held: Partial<DomainRecord>, ordered: boolean) => {
      const records = new Map([[UUID, record(held)]]);
      const [only] = agentStatus(input({ records, hasOrder: () => ordered })).records ?? [];
      return [only?.frozen, only?.creating];
    };
    const creating = { epoch: 1, bootID: BOOT, atMs: NOW };
    deepEqual(told({ creating }, false), [true, true]);
    deepEqual(told({ creating }, true), [undefined, true]);
    deepEqual(told({ creating: { ...creating, bootID: 'boot-0' } }, true), [undefined, undefined]);
    deepEqual(told({}, false), [true, undefined]);
    deepEqual(told({ frozen: true }, true), [true, undefined]);
    deepEqual(told({ refusedEpoch: 1 }, false), [true, undefined]);
    deepEqual(told(retired, false), [undefined, undefined]);
    deepEqual(told({ ...retired, epoch: 2 }, false), [true, undefined]);
  });

  it('tells the addresses of what has no order, for nobody else may take them', () => {
    const networks = [{ name: 'eth0', bridge: 'br0', mac: '02:00:00:00:00:01' }];
    const told = (ordered: boolean) => {
      const applied = { networks: [{ ...networks[0]!, mac: '02:00:00:00:00:09' }] };
      const run = { epoch: 1, bootID: BOOT, atMs: NOW, applied };
      const records = new Map([[UUID, record({ order: { ...record().order, networks }, started: run })]]);
      return agentStatus(input({ records, hasOrder: () => ordered })).records?.[0]?.macs;
    };
    deepEqual(told(false), ['02:00:00:00:00:01', '02:00:00:00:00:09'], 'ordered, and in force');
    equal(told(true), undefined, 'its order has them');
  });

  it('tells what was retired and has no order for an hour, and live things first', () => {
    const at = (nowMs: number, ordered: boolean) =>
      agentStatus(input({ records: new Map([[UUID, record(retired)]]), hasOrder: () => ordered, nowMs })).records
        ?.length;
    deepEqual(
      [at(NOW + 3_600_000, false), at(NOW + 3_600_001, false), at(NOW + 9e9, true), at(NOW - 9e9, false)],
      [1, 0, 1, 1],
    );
    const mixed = many(6, (uuid, index) => record({ uuid, ...(index < 2 ? retired : {}) }));
    const ordered = (uuid: string) => uuid.startsWith('00000001') || uuid.startsWith('00000003');
    const { records = [], truncated } = agentStatus(input({ records: mixed, hasOrder: ordered }));
    deepEqual(
      records.map(({ uuid, frozen }) => `${uuid[7]}${frozen === true ? ' live' : ''}`),
      ['2 live', '4 live', '5 live', '3', '1', '0'],
    );
    equal(truncated, undefined);
  });

  it('stays below 1 MiB whatever a host holds, keeps what lives, and says that it was cut', () => {
    const long = { namespace: 'n'.repeat(63), name: 'v'.repeat(63), uid: 'u' };
    const ordered = order({ disks: order().disks!.map((disk) => ({ ...disk, path: '/pool' })) });
    const all = many(20_000, (uuid, index) =>
      record({ uuid, order: ordered, vm: long, ...(index < 19_000 ? retired : {}) }),
    );
    const rows = [...all.keys()]
      .slice(0, 3000)
      .map((uuid, index) => row({ uuid, domid: index + 1, name: 'x'.repeat(9999) }));
    const disks = [...all.keys()].map((uuid) => ({ path: `/pool/${uuid}.root.raw`, sizeBytes: 7, usedBytes: 4 }));
    const { observation } = input();
    const records = all;
    const status = agentStatus(
      input({ records, hasOrder: () => false, listing: { rows, garbage: [] }, observation: { ...observation, disks } }),
    );
    ok(JSON.stringify(status).length < 800 * 1024, `${JSON.stringify(status).length} bytes`);
    equal(status.truncated, true);
    equal(status.records?.filter((one) => one.frozen).length, 1000);
    equal(status.retainedDiskCount, 19_000);
    equal(status.retainedDisks?.[0]?.uuid, [...all.keys()][0]);
  });

  it('counts the disks that it does not list, and is whole without them', () => {
    const { observation } = input();
    const disks = [...many(9000, (uuid) => record({ uuid })).keys()].map((uuid) => ({
      path: `/pool/${uuid}.root.raw`,
      sizeBytes: 7,
      usedBytes: 4,
    }));
    const status = agentStatus(input({ observation: { ...observation, disks } }));
    ok((status.retainedDisks?.length ?? 0) < 9000);
    deepEqual([status.retainedDiskCount, status.truncated], [9000, undefined]);
  });
});
