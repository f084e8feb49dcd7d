/** What a report says of one UUID, and of one name. */
import { deepEqual } from 'node:assert/strict';
import type { XenAgent } from '../../../../crds/generated/types';
import { namesakesOf, sightingOf } from '../../../../operator/plan/vm/sighting';
import { UID } from '../builders';

type Domain = NonNullable<NonNullable<XenAgent['status']>['domains']>[number];
type DomainRecord = NonNullable<NonNullable<XenAgent['status']>['records']>[number];
const agent = (domains?: Partial<Domain>[], records?: Partial<DomainRecord>[]): XenAgent =>
  ({ metadata: { name: 'h1' }, status: { ...(domains && { domains }), ...(records && { records }) } }) as XenAgent;
const domain = (over: Partial<Domain> = {}): Partial<Domain> => ({ uuid: UID, kind: 'ours', ...over });
const record = (over: Partial<DomainRecord> = {}): Partial<DomainRecord> => ({
  uuid: UID,
  namespace: 'acme',
  name: 'web',
  epoch: 3,
  ...over,
});
const nothing = {
  host: 'h1',
  namespace: '',
  name: '',
  present: false,
  orphan: false,
  epoch: 0,
  retiredEpoch: 0,
  refusedEpoch: 0,
};
const remembered = { ...nothing, namespace: 'acme', name: 'web', epoch: 3 };
const orphan = { kind: 'orphan', namespace: 'acme', vmName: 'web' } as const;

describe('a sighting', () => {
  const ROWS: readonly [string, XenAgent, object][] = [
    ['of nothing', agent(), nothing],
    ['of an agent that said nothing yet', { metadata: { name: 'h1' } } as XenAgent, nothing],
    ['of other UUIDs', agent([domain({ uuid: 'x' })], [record({ uuid: 'x' })]), nothing],
    ['of a domain that nobody knows', agent([domain({ kind: 'foreign' })]), { ...nothing, present: true }],
    [
      'of an orphan by its mark',
      agent([domain(orphan)]),
      { ...nothing, present: true, orphan: true, namespace: 'acme', name: 'web' },
    ],
    ['of a record alone', agent([], [record()]), remembered],
    ['of a record that is frozen', agent([], [record({ frozen: true })]), { ...remembered, orphan: true }],
    ['of a domain with a record', agent([domain()], [record()]), { ...remembered, present: true }],
    [
      'of an orphan with a record',
      agent([domain({ kind: 'orphan' })], [record()]),
      { ...remembered, present: true, orphan: true },
    ],
    [
      'of a record, whose owner outranks the mark',
      agent([domain({ ...orphan, vmName: 'x' })], [record()]),
      { ...remembered, present: true, orphan: true },
    ],
    ['of an epoch that is refused', agent([], [record({ refusedEpoch: 2 })]), { ...remembered, refusedEpoch: 2 }],
    [
      'of an epoch that is retired, and so refused',
      agent([], [record({ retiredEpoch: 2 })]),
      { ...remembered, retiredEpoch: 2, refusedEpoch: 2 },
    ],
    [
      'of the higher of both',
      agent([], [record({ retiredEpoch: 2, refusedEpoch: 3 })]),
      { ...remembered, retiredEpoch: 2, refusedEpoch: 3 },
    ],
  ];
  for (const [name, report, expected] of ROWS) it(name, () => deepEqual(sightingOf(report, UID), expected));
});

describe('namesakes', () => {
  const who = { namespace: 'acme', name: 'web' };
  const other = { ...orphan, uuid: 'u2' };
  const frozen = (over: Partial<DomainRecord> = {}) => record({ uuid: 'u2', frozen: true, ...over });
  const ROWS: readonly [string, XenAgent, string[]][] = [
    ['are none of an agent that said nothing', { metadata: { name: 'h1' } } as XenAgent, []],
    ['are orphans of the name under another UUID', agent([other]), ['u2']],
    ['are not the VM itself', agent([{ ...other, uuid: UID }]), []],
    ['are no domains with an order', agent([{ ...other, kind: 'ours' }]), []],
    ['are none of another name', agent([{ ...other, vmName: 'x' }]), []],
    ['are none of another namespace', agent([{ ...other, namespace: 'x' }]), []],
    ['are records that are frozen', agent([], [frozen()]), ['u2']],
    ['are no records that are not', agent([], [record({ uuid: 'u2' })]), []],
    ['… nor of another name', agent([], [frozen({ name: 'x' })]), []],
    ['… nor of another namespace', agent([], [frozen({ namespace: 'x' })]), []],
    ['are each named once, in order', agent([other, { ...other, uuid: 'u1' }], [frozen()]), ['u1', 'u2']],
  ];
  for (const [name, report, uuids] of ROWS)
    it(name, () =>
      deepEqual(
        namesakesOf(report, who, UID),
        uuids.map((uuid) => ({ host: 'h1', uuid })),
      ),
    );
});
