/**
 * Properties over random histories: a small model of a host obeys the steps, while guests, people,
 * reboots, clocks, the API and the agent's own death do as they like. What must never happen is
 * checked at every step.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { underWay } from '../../../agents/reconcile/record';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { aroundOperations, event } from './history';
import type { Event } from './history';
import { World } from './host-model';

describe('one domain, any history', () => {
  it('remembers every operation for good, in the order of their creation', () => {
    const world = new World();
    const happen = (what: Event): void => {
      world.happen(what);
      world.settle();
    };
    happen({ kind: 'order', desired: 'Running', runPolicy: 'Always', raise: false });
    for (let n = 0; n < 40; n += 1) happen({ kind: 'operation', type: 'Restart', gracePeriodSeconds: 0 });
    const made = world.domid;
    for (let back = 0; back < 39; back += 1) happen({ kind: 'restore', back });
    deepEqual([made, world.domid, world.record?.operations?.length], [42, 42, 16]);
  });

  it('does every operation once, or not at all, whenever the agent dies', () => {
    const policy = fc.constantFrom('Always' as const, 'RerunOnFailure' as const, 'Once' as const, 'Manual' as const);
    const desired = fc.constantFrom('Running' as const, 'Stopped' as const);
    const events = fc.array(aroundOperations, { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(policy, desired, events, (runPolicy, first, then) => {
        const world = new World();
        for (const what of [{ kind: 'order', desired: first, runPolicy, raise: false } as const, ...then]) {
          world.happen(what);
          world.settle();
        }
        world.diesInAct = false;
        for (let round = 0; round < 4; round += 1) {
          world.happen({ kind: 'time', ms: 700_000 });
          world.settle();
        }
        equal(underWay(world.record as DomainRecord), undefined, world.steps.slice(-12).join(' '));
      }),
      { ...(process.env['RUNS'] === undefined && { numRuns: 4000 }) },
    );
  });

  it('breaks no rule, and always comes to rest', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const world = new World();
        for (const what of events) {
          world.happen(what);
          world.settle();
        }
      }),
      { seed: 42, numRuns: 4000 },
    );
  });

  it('ends as ordered when everything works and time passes', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 25 }),
        fc.constantFrom('Running' as const, 'Stopped' as const, 'Absent' as const),
        (events, desired) => {
          const world = new World();
          for (const what of events) {
            world.happen(what);
            world.settle();
          }
          world.createFails = false;
          world.retireDies = false;
          world.confirmed = world.boot;
          world.happen({ kind: 'order', desired, runPolicy: 'Always', raise: true });
          for (let round = 0; round < 6; round += 1) {
            world.settle();
            world.happen({ kind: 'time', ms: 400_000 });
          }
          world.settle();
          ok(world.rows.length === (desired === 'Running' ? 1 : 0), `${desired}: ${world.steps.slice(-12).join(' ')}`);
        },
      ),
      { seed: 43, numRuns: 2000 },
    );
  });
});
