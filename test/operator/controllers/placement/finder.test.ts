/** One answer for all who ask for the same, until something changes that may help. */
import { deepEqual, equal } from 'node:assert/strict';
import { Finder } from '../../../../operator/controllers/placement/finder';
import { Gains } from '../../../../operator/controllers/placement/gains';
import type { Ledger } from '../../../../operator/controllers/placement/ledger';
import type { VmSpec } from '../../../../scheduler';

const GIB = 2 ** 30;
const wanted = (gib: number, over: Partial<VmSpec> = {}): VmSpec =>
  ({ key: `k${gib}`, name: 'n', namespace: 'a', pool: 'p', vcpus: 1, memoryBytes: gib * GIB, ...over }) as VmSpec;

/** A fleet whose one host has room for that many GiB. */
function bench() {
  const asked: string[] = [];
  const fleet = { room: 0 };
  const gains = new Gains();
  const fits = ({ memoryBytes }: VmSpec): boolean => memoryBytes <= fleet.room * GIB;
  const scheduler = {
    find: (spec: VmSpec) => {
      asked.push(spec.key);
      return fits(spec) ? 'h1' : undefined;
    },
    fitsGrown: (spec: VmSpec) => ({ fits: fits(spec) }),
  };
  return { asked, fleet, gains, finder: new Finder({ gains, scheduler } as unknown as Ledger) };
}

describe('finding a host', () => {
  it('is asked once for all that want the same, whoever they are', () => {
    const { asked, finder } = bench();
    const others = ['x', 'y'].map((key, createdAtMs) => wanted(8, { key, name: key, createdAtMs }));
    deepEqual(
      [wanted(8), ...others].map((spec) => finder.find(spec)),
      [undefined, undefined, undefined],
    );
    deepEqual(asked, ['k8']);
    finder.find(wanted(9));
    finder.find(wanted(8, { namespace: 'b' }));
    deepEqual(asked, ['k8', 'k9', 'k8']);
  });

  it('is asked anew for each that fits: the one before has taken room', () => {
    const { asked, fleet, finder } = bench();
    fleet.room = 8;
    deepEqual([finder.find(wanted(8)), finder.find(wanted(8))], ['h1', 'h1']);
    equal(asked.length, 2);
  });

  it('is asked again once something has changed that may help', () => {
    const { asked, fleet, gains, finder } = bench();
    finder.find(wanted(8));
    fleet.room = 8;
    equal(finder.find(wanted(8)), undefined, 'nobody has told of it');
    gains.note();
    equal(finder.find(wanted(8)), 'h1');
    fleet.room = 0;
    equal(finder.find(wanted(8)), undefined);
    equal(asked.length, 3);
  });

  it('remembers thousands of shapes, and forgets all rather than grow without end', () => {
    const { asked, finder } = bench();
    for (let gib = 1; gib <= 4096; gib += 1) finder.find(wanted(gib));
    finder.find(wanted(1));
    equal(asked.length, 4096);
    finder.find(wanted(4097));
    finder.find(wanted(1));
    equal(asked.length, 4098);
    finder.find(wanted(4097));
    equal(asked.length, 4098, 'the newest is remembered');
  });
});

describe('growing', () => {
  it('is on the host that the VM is on, or not at all', () => {
    const { fleet, finder } = bench();
    fleet.room = 8;
    deepEqual([finder.grows(wanted(8, { host: 'h7' })), finder.grows(wanted(9, { host: 'h7' }))], ['h7', undefined]);
  });
});
