/** The account of deletions: what is seen when, by whom, and how it is lifted. On a clock of its own, without an API server. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { BRAKE_LIFTED_UNTIL } from '../../../common/names';
import { Brake } from '../../../operator/controllers/brake';
import { claimed, order, vm } from '../plan/builders';
import { FleetInMemory } from './fleet-in-memory';

const SYSTEM = 'xen-fleet-system';
const LIMITS = { deletions: 3, percent: 10, windowMs: 300_000 };

/** A fleet of ten VMs that run, and the brake of one process. */
class Rig extends FleetInMemory {
  readonly told: string[] = [];
  readonly looked: string[] = [];
  readonly brake: Brake;

  constructor(limits = LIMITS) {
    super('h1');
    for (const store of [this.caches.namespaces, this.caches.domains]) {
      store.apply({ type: 'init', cause: 'start' });
      store.apply({ type: 'initDone', resourceVersion: '1', cause: 'start' });
    }
    this.brake = this.newBrake(limits);
    for (let index = 0; index < 10; index++) this.made(`web-${index}`);
  }

  newBrake(limits = LIMITS): Brake {
    const brake = new Brake({
      caches: this.caches,
      clock: this.clock,
      limits,
      systemNamespace: SYSTEM,
      onState: ({ isClosed }, held) => void this.told.push(isClosed ? `closed ${held}` : 'open'),
    });
    brake.onChange((keys) => void this.looked.push(...keys));
    return brake;
  }

  made(name: string, namespace = 'acme'): XenVM {
    return this.vm(
      vm({ meta: { name, namespace, uid: `uid-${name}` }, status: { ...claimed('h1', 1), domainUUID: `uid-${name}` } }),
    );
  }

  vmNamed(name: string, namespace = 'acme'): XenVM {
    const found = this.caches.vms.get(`${namespace}/${name}`);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Deleted now, by the API server's clock. */
  deleted(name: string, namespace = 'acme'): void {
    const before = this.vmNamed(name, namespace);
    const deletionTimestamp = new Date(this.clock.wallMs()).toISOString();
    this.vm({ ...before, metadata: { ...before.metadata, deletionTimestamp } });
  }

  many(from: number, to: number): void {
    for (let index = from; index < to; index++) this.deleted(`web-${index}`);
  }

  /** Its guest was told to end. */
  ended(name: string): void {
    const made = order('h1', 1, { desired: 'Absent' });
    this.put(this.caches.domains, { ...made, metadata: { ...made.metadata, name: `uid-${name}` } });
  }

  gone(name: string): void {
    this.remove(this.caches.vms, this.vmNamed(name));
  }

  says(name: string, namespace = 'acme'): string {
    return this.brake.of(this.vmNamed(name, namespace)).state;
  }

  lift(namespace: string, forMs: number): void {
    const until = new Date(this.clock.wallMs() + forMs).toISOString();
    const metadata = { name: namespace, annotations: { [BRAKE_LIFTED_UNTIL]: until } };
    this.put(this.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
}

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

  it('lets go who was only caught up in it, once the others are lifted', async () => {
    const rig = new Rig();
    rig.made('alone', 'umbrella');
    rig.many(0, 4);
    await rig.clock.advance(400_000);
    rig.deleted('alone', 'umbrella');
    equal(rig.says('alone', 'umbrella'), 'closed');
    await rig.clock.advance(2000);
    rig.looked.length = 0;
    rig.lift('acme', 60_000);
    deepEqual([rig.says('alone', 'umbrella'), rig.looked.includes('umbrella/alone')], ['open', true]);
  });

  it('is not there where it is turned off', () => {
    const rig = new Rig({ ...LIMITS, deletions: 0 });
    rig.many(0, 10);
    equal(rig.says('web-0'), 'open');
  });
});
