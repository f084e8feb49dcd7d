/** Which changes may help a VM that was refused. To miss one is to leave it waiting for ever. */
import { equal } from 'node:assert/strict';
import { Gains } from '../../../../operator/controllers/placement/gains';
import type { HostState, VmSpec } from '../../../../scheduler';

const GIB = 2 ** 30;
const spec = (over: Partial<VmSpec> = {}): VmSpec => ({
  key: 'a',
  namespace: 'acme',
  name: 'web',
  type: 'pvh',
  vcpus: 2,
  memoryBytes: GIB,
  ...over,
});
const host = (over: object = {}): HostState =>
  ({
    name: 'h1',
    ready: true,
    reportedFreeBytes: GIB,
    storage: [
      { name: 'ssd', locality: 'local', freeBytes: 10 },
      { name: 'hdd', locality: 'local', freeBytes: 10 },
    ],
    ...over,
  }) as unknown as HostState;
const storage = (...free: number[]) => ({
  storage: ['ssd', 'hdd', 'new']
    .slice(0, free.length)
    .map((name, index) => ({ name, locality: 'local', freeBytes: free[index] })),
});
const near = { affinity: [{}] } as unknown as Partial<VmSpec>;
const spread = { topologySpread: [{}] } as unknown as Partial<VmSpec>;
const counted = (over: Partial<VmSpec> = {}, at = 'h1') => ({ spec: spec(over), host: at });

/** What changed; whether it may help anybody, and one who asks for others. */
const ROWS: readonly [string, (gains: Gains) => void, boolean, boolean][] = [
  ['nothing', () => undefined, false, false],
  ['a new host', (gains) => gains.host(undefined, host()), true, true],
  ['a host as it was', (gains) => gains.host(host(), host()), false, false],
  ['a host that is ready now', (gains) => gains.host(host({ ready: false }), host()), true, true],
  ['a host with other free memory', (gains) => gains.host(host(), host({ reportedFreeBytes: 5 })), false, false],
  ['a host with more storage', (gains) => gains.host(host(), host(storage(10, 11))), true, true],
  ['a host with less storage', (gains) => gains.host(host(), host(storage(9, 10))), false, false],
  ['a host with another pool', (gains) => gains.host(host(), host(storage(10, 10, 1))), true, true],
  ['a host that has pools now', (gains) => gains.host(host({ storage: undefined }), host()), true, true],
  ['a host that has none any more', (gains) => gains.host(host(), host({ storage: undefined })), true, true],
  [
    'a pool that changed its kind',
    (gains) =>
      gains.host(
        host(),
        host({
          storage: [
            { name: 'ssd', locality: 'shared', freeBytes: 1 },
            { name: 'hdd', locality: 'local', freeBytes: 1 },
          ],
        }),
      ),
    true,
    true,
  ],
  ['a VM that came', (gains) => gains.vm(undefined, counted()), false, true],
  ['a VM that grew', (gains) => gains.vm(counted(), counted({ vcpus: 3, memoryBytes: 2 * GIB })), false, true],
  ['a VM as it was', (gains) => gains.vm(counted(), counted()), false, true],
  ['a VM that moved', (gains) => gains.vm(counted(), counted({}, 'h2')), true, true],
  ['a VM with fewer vCPUs', (gains) => gains.vm(counted(), counted({ vcpus: 1, memoryBytes: 2 * GIB })), true, true],
  ['a VM with less memory', (gains) => gains.vm(counted(), counted({ vcpus: 3, memoryBytes: 1 })), true, true],
  ['a VM that looks different', (gains) => gains.vm(counted(), counted({ labels: { a: 'b' } })), true, true],
  ['anything else', (gains) => gains.note(), true, true],
];

describe('after a change, a VM that was refused is asked about again', () => {
  for (const [what, change, anybody, near1] of ROWS)
    it(`${anybody ? 'in any case' : near1 ? 'if it asks for others' : 'in no case'}: ${what}`, () => {
      const gains = new Gains();
      gains.note();
      gains.vm(undefined, counted());
      const before = gains.stamp;
      change(gains);
      equal(gains.mayHelp(spec(), before), anybody);
      equal(gains.mayHelp(spec({ topologySpread: [] }), before), anybody);
      for (const asks of [near, spread]) equal(gains.mayHelp(spec(asks), before), near1);
      equal(gains.mayHelp(spec(near), gains.stamp), false, 'and not again after that');
    });
});
