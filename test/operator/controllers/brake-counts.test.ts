/** What the brake counts: which VMs make the limit, and which deletions are held against it. */
import { equal } from 'node:assert/strict';
import { Rig } from './brake-rig';

describe('the limit of the brake', () => {
  it('grows with the VMs that have a host, and not with those that a tenant only wishes for', () => {
    const rig = new Rig();
    for (let index = 10; index < 90; index++) {
      const { status: _, ...wish } = rig.made(`web-${index}`);
      rig.vm(wish);
    }
    rig.many(0, 4);
    equal(rig.says('web-0'), 'closed', 'ten have a host');
  });

  it('counts each VM that is deleted once, whether it is gone by now or still there', () => {
    for (const gone of [0, 5, 9]) {
      const rig = new Rig();
      for (let index = 10; index < 95; index++) rig.made(`web-${index}`);
      rig.many(0, 9);
      for (let index = 0; index < gone; index++) rig.gone(`web-${index}`);
      equal(rig.says('web-9'), 'open');
      rig.deleted('web-9');
      equal(rig.says('web-9'), 'closed', `ten of 95 are more than a tenth, ${gone} of them gone`);
    }
  });
});

describe('a deletion that is over', () => {
  it('makes no limit larger once its window has passed', async () => {
    const rig = new Rig();
    for (let batch = 0; batch < 20; batch++) {
      const names = [0, 1, 2].map((index) => `old-${batch}-${index}`);
      for (const name of names) {
        rig.made(name);
        rig.deleted(name);
        rig.gone(name);
      }
      await rig.clock.advance(301_000);
    }
    rig.many(0, 4);
    equal(rig.says('web-0'), 'closed', 'ten are left, and sixty are long gone');
  });
});

describe('a namespace that is lifted', () => {
  it('is let go, though those of many others hold the rest of the fleet', async () => {
    const rig = new Rig();
    const others = ['bolt', 'cask', 'dune', 'elm'];
    for (const name of others) rig.made(name, name);
    rig.deleted('web-0');
    for (const name of others) rig.deleted(name, name);
    await rig.clock.advance(2000);
    equal(rig.says('web-0'), 'closed');
    rig.lift('acme', 60_000);
    equal(rig.says('web-0'), 'open');
    rig.deleted('web-1');
    equal(rig.says('web-1'), 'open');
    equal(rig.says('bolt', 'bolt'), 'closed');
  });
});

describe('deletions that are held', () => {
  it('stay so however long nobody says a word, also when more come later', async () => {
    const rig = new Rig();
    rig.many(0, 4);
    await rig.clock.advance(3_600_000);
    rig.deleted('web-4');
    await rig.clock.advance(2000);
    equal(rig.says('web-0'), 'closed');
    equal(rig.told.at(-1), 'closed 5');
  });

  it('are those of one object: a VM made anew under the name is not among them', async () => {
    const rig = new Rig();
    rig.many(0, 3);
    for (const name of ['web-0', 'web-1', 'web-2']) {
      const { metadata, ...rest } = rig.vmNamed(name);
      const { deletionTimestamp: _, ...kept } = metadata;
      rig.gone(name);
      rig.vm({ ...rest, metadata: { ...kept, uid: `${metadata.uid}-anew` } });
    }
    rig.deleted('web-3');
    equal(rig.says('web-3'), 'closed');
    await rig.clock.advance(2000);
    equal(rig.told.at(-1), 'closed 1');
  });

  it('by an earlier leader are judged by themselves once an administrator has lifted the brake somewhere', () => {
    const rig = new Rig();
    const conditions = [{ type: 'Stalled', status: 'True', reason: 'BrakeClosed', message: '' }];
    for (const [name, namespace] of [
      ['one', 'acme'],
      ['two', 'umbrella'],
    ] as const) {
      const held = rig.made(name, namespace);
      const metadata = { ...held.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
      rig.gone(name, namespace);
      rig.vm({ ...held, metadata, status: { ...held.status, conditions } as never });
    }
    equal(rig.says('two', 'umbrella'), 'closed');
    rig.lift('acme', 1000);
    equal(rig.says('two', 'umbrella'), 'gathering');
  });
});
