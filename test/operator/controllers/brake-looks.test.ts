/** When the brake looks again, whom it tells, and what it says of itself. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { BRAKE_LIFTED_UNTIL } from '../../../common/names';
import { LIMITS, Rig, SYSTEM } from './brake-rig';

const MANY = { ...LIMITS, deletions: 100 };

describe('whoever waits for the brake', () => {
  it('is looked at when no more deletions have come for 2 s, and not before', async () => {
    const rig = new Rig(MANY);
    rig.deleted('web-0');
    await rig.clock.advance(1000);
    rig.deleted('web-1');
    await rig.clock.advance(1999);
    rig.looked.length = 0;
    deepEqual([rig.says('web-0'), rig.looked], ['gathering', []]);
    await rig.clock.advance(1);
    deepEqual([rig.says('web-0'), rig.says('web-1')], ['open', 'open']);
    deepEqual(rig.looked, ['acme/web-0', 'acme/web-1']);
    equal(rig.clock.timers, 0, 'there is nothing more to look for');
  });

  it('is looked at after 10 s, though a stream of deletions goes on', async () => {
    const rig = new Rig(MANY);
    rig.deleted('web-0');
    for (let index = 1; index < 7; index += 1) {
      await rig.clock.advance(1500);
      rig.deleted(`web-${index}`);
    }
    await rig.clock.advance(999);
    rig.looked.length = 0;
    equal(rig.says('web-0'), 'gathering');
    await rig.clock.advance(1);
    deepEqual([rig.says('web-0'), rig.looked.includes('acme/web-0')], ['open', true]);
  });

  it('is told alone: those whose guests were told to end wait no more', async () => {
    const rig = new Rig(MANY);
    rig.many(0, 3);
    rig.ended('web-0');
    rig.gone('web-1');
    await rig.clock.advance(2000);
    deepEqual(rig.looked, ['acme/web-2']);
  });

  it('waits no more without a host', async () => {
    const rig = new Rig(MANY);
    rig.many(0, 2);
    const { placement: _, ...status } = rig.vmNamed('web-0').status ?? {};
    rig.vm({ ...rig.vmNamed('web-0'), status });
    await rig.clock.advance(2000);
    deepEqual(rig.looked, ['acme/web-1']);
  });

  it('hears nothing once it listens no longer, and nobody does once the process ends', async () => {
    const rig = new Rig();
    const heard: string[] = [];
    const undo = rig.brake.onChange((keys) => heard.push(...keys));
    undo();
    rig.deleted('web-0');
    await rig.clock.advance(5000);
    deepEqual([heard, rig.looked], [[], ['acme/web-0']]);
    rig.deleted('web-9');
    rig.brake.stop();
    equal(rig.clock.timers, 0);
    rig.many(1, 9);
    equal(rig.clock.timers, 0, 'it does not hear of deletions any more');
  });
});

describe('the brake', () => {
  it('judges nobody before it knows namespaces and orders: what is lifted, and whose guest was told to end', async () => {
    for (const first of ['namespaces', 'domains'] as const) {
      const rig = new Rig(MANY, [first]);
      rig.deleted('web-0');
      await rig.clock.advance(20_000);
      deepEqual(rig.looked, []);
      rig.sync(first === 'domains' ? 'namespaces' : 'domains');
      await rig.clock.advance(2000);
      deepEqual(rig.looked, ['acme/web-0']);
    }
  });

  it('tells how many wait when the deletions have come to an end, and not at each of them', async () => {
    const rig = new Rig();
    rig.many(0, 4);
    equal(rig.says('web-0'), 'closed');
    deepEqual(rig.told, ['closed 4']);
    for (let index = 4; index < 9; index += 1) {
      rig.deleted(`web-${index}`);
      equal(rig.says(`web-${index}`), 'closed');
      await rig.clock.advance(1500);
    }
    deepEqual(rig.told, ['closed 4']);
    await rig.clock.advance(500);
    deepEqual(rig.told, ['closed 4', 'closed 9']);
  });

  it('looks only where the word that lifts it has changed', () => {
    const rig = new Rig();
    rig.annotate('acme');
    rig.annotate('acme', { other: 'word' });
    deepEqual([rig.clock.timers, rig.looked], [0, []]);
    rig.many(0, 4);
    rig.annotate('acme', { other: 'words' });
    deepEqual(rig.looked, []);
    rig.lift('acme', 1000);
    equal(rig.looked.length, 4);
  });

  it('needs no time to let go who is deleted where it is lifted already', async () => {
    const rig = new Rig();
    rig.lift('acme', 60_000);
    rig.many(0, 9);
    equal(rig.says('web-0'), 'open');
    await rig.clock.advance(60_000);
    rig.deleted('web-9');
    equal(rig.says('web-9'), 'gathering', 'the time is over');
  });

  it('has nothing to say of a VM that loses nothing', () => {
    const rig = new Rig();
    const stopped = rig.vmNamed('web-0');
    rig.vm({ ...stopped, spec: { ...stopped.spec, runPolicy: 'Halted' } });
    rig.deleted('web-0');
    equal(rig.says('web-0'), 'open');
    rig.gone('web-0');
    equal(rig.clock.timers, 0);
  });

  it('that is turned off listens to nothing', () => {
    const rig = new Rig({ ...LIMITS, deletions: 0 });
    rig.many(0, 9);
    const late = rig.newBrake({ ...LIMITS, deletions: 0 });
    equal(rig.clock.timers, 0);
    late.stop();
  });

  it('says how it is lifted, and which word on the way does not count', () => {
    const message = (annotated?: string): string => {
      const rig = new Rig();
      rig.many(0, 4);
      if (annotated !== undefined) rig.annotate(annotated, { [BRAKE_LIFTED_UNTIL]: 'tomorrow' });
      return rig.brake.of(rig.vmNamed('web-0')).message;
    };
    match(
      message(),
      /^4 XenVMs of namespace acme were deleted .* namespace acme .*, or namespace xen-fleet-system for/,
    );
    equal(/tomorrow/.test(message()), false);
    for (const namespace of ['acme', SYSTEM]) match(message(namespace), /"tomorrow" in .* is no time/);
    equal(/tomorrow/.test(message('umbrella')), false);
  });
});
