/** A claim is made only if the plan still says so: what led to the wish may have changed since. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import type { Action } from '../../../../operator/plan/vm/action';
import { asksFor, KEY, Rig } from './placement-rig';

const noLonger: [string, Action | undefined][] = [
  ['has nothing to say: its VM is gone', undefined],
  ['waits', { do: 'wait' } as never],
  ['asks for growth where the VM is', { do: 'grow', epoch: 1 } as never],
  ['asks for another epoch', { do: 'place', epoch: 2 }],
];

describe('a host that was found for a VM', () => {
  it('is claimed for the boot that it reported last, while the plan says so', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    await rig.turns();
    const [claim] = rig.claims;
    deepEqual(claim?.placement, { host: claim?.host, epoch: 1, bootID: `boot-${claim?.host}` });
  });

  for (const [what, action] of noLonger)
    it(`is not claimed where the plan ${what}`, async () => {
      const rig = new Rig();
      rig.action = action;
      const asked: string[] = [];
      rig.onOutcome = (key) => asked.push(key);
      rig.placement.request(KEY, rig.object, 1);
      await rig.turns();
      deepEqual([rig.claims.length, asked], [0, [KEY]], 'and whoever asked looks again');
      equal(rig.countedMiB('h1').guests + rig.countedMiB('h2').guests, 0);
      rig.placement.wake();
      await rig.turns();
      deepEqual([rig.claims.length, asked], [0, [KEY]], 'the wish is gone');
    });
});

describe('room that was found for a VM to grow', () => {
  const placed = (rig: Rig, memory: string): XenVM => {
    const { metadata, spec } = asksFor(memory);
    const placement = { host: 'h1', epoch: 3, bootID: 'boot-before' };
    const reserved = { vcpus: 1, memoryMiB: 1024 };
    return rig.vm({ ...rig.object, metadata, spec, status: { placement, domainUUID: 'u', reserved } });
  };

  it('is claimed under the same epoch, and for the same boot: whether the domain runs is another question', async () => {
    const rig = new Rig();
    rig.action = { do: 'grow', epoch: 3 } as never;
    rig.placement.request(KEY, placed(rig, '4Gi'), 3, 'grow');
    await rig.turns();
    deepEqual(
      rig.claims.map(({ placement }) => placement),
      [{ host: 'h1', epoch: 3, bootID: 'boot-before' }],
    );
  });

  it('is not claimed where the plan wants another host by now', async () => {
    const rig = new Rig();
    rig.action = { do: 'place', epoch: 3 };
    rig.onOutcome = () => undefined;
    rig.placement.request(KEY, placed(rig, '4Gi'), 3, 'grow');
    await rig.turns();
    equal(rig.claims.length, 0);
  });

  it('is that of its own host: room elsewhere is none', async () => {
    const rig = new Rig();
    rig.action = { do: 'grow', epoch: 3 } as never;
    rig.onOutcome = () => undefined;
    const { metadata, ...rest } = placed(rig, '12Gi');
    rig.vm({
      ...rest,
      metadata: { ...metadata, name: 'other', uid: 'uid-other' },
      status: { placement: { host: 'h1', epoch: 1 }, domainUUID: 'o' },
    });
    rig.placement.request(KEY, placed(rig, '8Gi'), 3, 'grow');
    await rig.turns();
    deepEqual([rig.claims.length, rig.results], [0, ['unschedulable']]);
  });

  it('is told in words while there is none, and never found on another host', async () => {
    const rig = new Rig();
    rig.action = { do: 'grow', epoch: 3 } as never;
    rig.onOutcome = () => undefined;
    rig.placement.request(KEY, placed(rig, '64Gi'), 3, 'grow');
    await rig.turns();
    equal(rig.claims.length, 0);
    const { kind, message = '' } = rig.placement.unplaced(KEY) ?? {};
    equal(kind, 'grow');
    match(message, /^host h1 has no room for 1 vCPU and 65536 MiB: .*MiB of memory short/);
    deepEqual(rig.results, ['unschedulable']);
  });
});

describe('a wish', () => {
  it('is told of anew when the reason has changed, once a second', async () => {
    const rig = new Rig();
    const told: string[] = [];
    rig.onOutcome = (key) => told.push(key);
    rig.placement.request(KEY, rig.vm(asksFor('64Gi')), 1);
    await rig.turns();
    const before = rig.placement.unplaced(KEY)?.message;
    rig.report('h1', { memory: { totalMiB: 32768, freeMiB: 32768 } });
    rig.placement.wake();
    await rig.turns();
    deepEqual([rig.placement.unplaced(KEY)?.message, told.length], [before, 1]);
    await rig.clock.advance(1000);
    await rig.turns();
    equal(rig.placement.unplaced(KEY)?.message === before, false);
    equal(told.length, 2);
  });

  it('is that of one object: a VM made anew under the name is not placed for the one before', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    rig.remove(rig.caches.vms, rig.object);
    rig.vm({ ...rig.object, metadata: { ...rig.object.metadata, uid: 'another' } });
    await rig.turns();
    equal(rig.claims.length, 0);
  });

  it('is gone with its VM', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    rig.remove(rig.caches.vms, rig.object);
    await rig.turns();
    deepEqual([rig.claims.length, rig.results], [0, []]);
  });

  it('that is asked for again as it is keeps its place and its explanation', async () => {
    const rig = new Rig();
    rig.onOutcome = () => undefined;
    const large = rig.vm(asksFor('64Gi'));
    rig.placement.request(KEY, large, 1);
    await rig.turns();
    const told = rig.placement.unplaced(KEY);
    equal(told?.kind, 'place');
    rig.placement.request(KEY, large, 1);
    await rig.turns();
    equal(rig.placement.unplaced(KEY), told);
    deepEqual(rig.results, ['unschedulable'], 'it was not asked about twice');
  });

  for (const [what, ask] of [
    ['epoch', (rig: Rig) => rig.placement.request(KEY, rig.vm(asksFor('64Gi')), 2)],
    ['size', (rig: Rig) => rig.placement.request(KEY, rig.vm(asksFor('65Gi')), 1)],
    ['kind', (rig: Rig) => rig.placement.request(KEY, rig.vm(asksFor('64Gi')), 1, 'grow')],
    [
      'object',
      (rig: Rig) => {
        const { metadata, ...rest } = asksFor('64Gi');
        return rig.placement.request(KEY, rig.vm({ ...rest, metadata: { ...metadata, uid: 'another' } }), 1);
      },
    ],
  ] as const)
    it(`of another ${what} takes its place`, async () => {
      const rig = new Rig();
      rig.onOutcome = () => undefined;
      rig.placement.request(KEY, rig.vm(asksFor('64Gi')), 1);
      await rig.turns();
      rig.results.length = 0;
      equal(ask(rig), true);
      equal(rig.placement.unplaced(KEY), undefined, 'what was said of the one before is not said of this one');
      await rig.turns();
      deepEqual(rig.results, ['unschedulable']);
    });

  it('without a size is none, and takes back the one before', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    const nameless = rig.vm({
      ...rig.object,
      spec: { ...rig.object.spec, className: 'gone', resources: undefined } as never,
    });
    equal(rig.placement.request(KEY, nameless, 1), true);
    await rig.turns();
    deepEqual([rig.claims.length, rig.results], [0, []]);
  });

  it('is decided on by nobody once the term is over', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    await rig.placement.stop();
    await rig.turns();
    equal(rig.claims.length, 0);
  });
});
