/**
 * The account of deletions: what is seen when, by whom, and how the brake is lifted. It has a clock
 * of its own and no API server.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { LIMITS, Rig, SYSTEM } from './brake-rig';

describe('the account of deletions', () => {
  it('lets a single one go after a moment, and has it looked at then', async () => {
    const rig = new Rig();
    rig.deleted('web-0');
    equal(rig.says('web-0'), 'gathering');
    await rig.clock.advance(2000);
    deepEqual([rig.says('web-0'), rig.looked, rig.told], ['open', ['acme/web-0'], []]);
  });

  it('holds all of many, the first one too', async () => {
    const rig = new Rig();
    rig.many(0, 3);
    await rig.clock.advance(1999);
    deepEqual([rig.says('web-0'), rig.told], ['gathering', []]);
    rig.deleted('web-3');
    deepEqual([rig.says('web-0'), rig.says('web-3')], ['closed', 'closed']);
    await rig.clock.advance(10_000);
    deepEqual([rig.told.at(-1), [...new Set(rig.looked)].length], ['closed 4', 4]);
    await rig.clock.advance(3_600_000);
    equal(rig.says('web-0'), 'closed', 'nobody said a word');
  });

  it('counts what was listed before it was there', () => {
    const rig = new Rig();
    rig.many(0, 4);
    const late = rig.newBrake();
    equal(late.of(rig.vmNamed('web-0')).state, 'closed');
    rig.made('web-10');
    equal(rig.newBrake({ ...LIMITS, deletions: 0 }).of(rig.vmNamed('web-0')).state, 'open', 'it is switched off');
  });

  it('waits for the end of a stream, but not for ever', async () => {
    const rig = new Rig({ ...LIMITS, deletions: 100 });
    for (let index = 0; index < 10; index++) {
      rig.deleted(`web-${index}`);
      equal(rig.says('web-0'), 'gathering', `after ${index} s`);
      await rig.clock.advance(1000);
    }
    deepEqual([rig.says('web-0'), rig.says('web-1')], ['open', 'gathering']);
    equal(rig.looked.includes('acme/web-0'), true);
  });

  it('remembers what is gone for as long as the window lasts', async () => {
    for (const [pauseMs, state] of [
      [200_000, 'closed'],
      [301_000, 'gathering'],
    ] as const) {
      const rig = new Rig();
      for (const name of ['web-0', 'web-1', 'web-2']) {
        rig.deleted(name);
        rig.ended(name);
        rig.gone(name);
      }
      await rig.clock.advance(pauseMs);
      rig.deleted('web-3');
      equal(rig.says('web-3'), state);
    }
  });

  it('does not hold back what was on its way', async () => {
    const rig = new Rig();
    rig.many(0, 3);
    await rig.clock.advance(2000);
    for (const name of ['web-0', 'web-1', 'web-2']) rig.ended(name);
    rig.deleted('web-3');
    await rig.clock.advance(2000);
    equal(rig.told.at(-1), 'closed 1');
    rig.gone('web-3');
    await rig.clock.advance(2000);
    equal(rig.told.at(-1), 'open', 'nobody waits any more');
  });

  it('grows with the fleet, those just deleted included', () => {
    const rig = new Rig();
    for (let index = 10; index < 50; index++) rig.made(`web-${index}`);
    rig.many(0, 5);
    equal(rig.says('web-0'), 'gathering');
    rig.deleted('web-5');
    equal(rig.says('web-0'), 'closed');
  });

  it('counts each VM once: those that are gone by now, and those that changed', () => {
    const rig = new Rig();
    for (let index = 10; index < 40; index++) rig.made(`web-${index}`);
    for (const known of rig.caches.vms.all()) rig.vm({ ...known });
    rig.many(0, 3);
    for (const name of ['web-0', 'web-1', 'web-2']) rig.gone(name);
    rig.deleted('web-3');
    equal(rig.says('web-3'), 'gathering', 'four of forty are no more than a tenth');
    rig.deleted('web-4');
    equal(rig.says('web-3'), 'closed');
  });

  it('is lifted for one namespace, and the others stay held', async () => {
    const rig = new Rig();
    for (let index = 0; index < 4; index++) rig.made(`other-${index}`, 'umbrella');
    rig.many(0, 4);
    for (let index = 0; index < 4; index++) rig.deleted(`other-${index}`, 'umbrella');
    await rig.clock.advance(2000);
    rig.looked.length = 0;
    rig.lift('acme', 60_000);
    deepEqual([rig.says('web-0'), rig.says('other-0', 'umbrella')], ['open', 'closed']);
    equal(rig.looked.includes('acme/web-0'), true);
    await rig.clock.advance(60_000);
    equal(rig.says('other-0', 'umbrella'), 'closed');
  });

  it('is lifted for the whole fleet on the operator’s own namespace, until that time', async () => {
    const rig = new Rig();
    rig.many(0, 4);
    await rig.clock.advance(2000);
    rig.lift(SYSTEM, 60_000);
    deepEqual([rig.says('web-0'), rig.told.at(-1)], ['open', 'open']);
    await rig.clock.advance(60_000);
    rig.many(4, 7);
    equal(rig.says('web-4'), 'gathering', 'what was let go does not count');
    rig.deleted('web-7');
    equal(rig.says('web-7'), 'closed');
  });

  it('is found closed by a process that only now begins', async () => {
    const rig = new Rig();
    rig.many(0, 4);
    await rig.clock.advance(600_000);
    const late = new Rig();
    late.brake.stop();
    const brake = late.newBrake();
    for (const known of rig.caches.vms.all()) late.vm(known);
    equal(brake.of(late.vmNamed('web-0')).state, 'closed');
  });

  it('stays closed for those whose conditions say so, although few of them are left', () => {
    const rig = new Rig();
    const conditions = [{ type: 'Stalled', status: 'True', reason: 'BrakeClosed', message: '' }];
    const found = (name: string): void => {
      const held = rig.vmNamed(name);
      const metadata = { ...held.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
      rig.remove(rig.caches.vms, held);
      rig.vm({ ...held, metadata, status: { ...held.status, conditions } as never });
    };
    found('web-0');
    equal(rig.says('web-0'), 'closed');
    rig.lift('acme', 1000);
    equal(rig.told.at(-1), 'open');
  });

  it('holds up one namespace that is over the limit, and nobody else', async () => {
    const rig = new Rig();
    rig.made('alone', 'umbrella');
    rig.many(0, 4);
    rig.deleted('alone', 'umbrella');
    await rig.clock.advance(2000);
    deepEqual([rig.says('web-0'), rig.says('alone', 'umbrella'), rig.told.at(-1)], ['closed', 'open', 'closed 4']);
  });

  it('counts a namespace that comes over the limit while another is held', async () => {
    const rig = new Rig();
    for (let index = 0; index < 4; index++) rig.made(`other-${index}`, 'umbrella');
    rig.many(0, 4);
    await rig.clock.advance(2000);
    for (let index = 0; index < 4; index++) rig.deleted(`other-${index}`, 'umbrella');
    equal(rig.says('other-0', 'umbrella'), 'closed');
    equal(rig.told.at(-1), 'closed 8');
  });

  it('lets go who was only caught up in it, once the others are lifted', async () => {
    const rig = new Rig();
    const names = ['umbrella', 'bolt', 'cask'];
    for (const name of names) rig.made(name, name);
    for (const name of names.slice(1)) rig.deleted(name, name);
    rig.many(0, 3);
    equal(rig.says('web-0'), 'gathering', 'three namespaces count for one each');
    rig.deleted('umbrella', 'umbrella');
    equal(rig.says('web-0'), 'closed');
    equal(rig.says('umbrella', 'umbrella'), 'closed');
    await rig.clock.advance(2000);
    rig.looked.length = 0;
    rig.lift('acme', 60_000);
    deepEqual([rig.says('umbrella', 'umbrella'), rig.looked.includes('umbrella/umbrella')], ['open', true]);
  });

  it('is not there where it is turned off', () => {
    const rig = new Rig({ ...LIMITS, deletions: 0 });
    rig.many(0, 10);
    equal(rig.says('web-0'), 'open');
  });
});
