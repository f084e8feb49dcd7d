import { deepEqual, equal } from 'node:assert/strict';
import { lasting, sinceMs } from '../../../agents/reconcile/lasting';
import type { Lasting, Moment } from '../../../agents/reconcile/lasting';
import { NOW, order, row, started } from '../orders';
import { OFF, rows } from './words';

const stopping = (askedMs: number) => started({ order: order(OFF), stopping: { sinceMs: askedMs, askedMs } });
const moment = (changes: Partial<Moment> = {}): Moment => ({
  ...rows(row()),
  record: undefined,
  wallMs: NOW,
  monotonicMs: 1000,
  ...changes,
});
const BLIND = { seen: { kind: 'unknown', reason: 'ToolstackHung', message: 'x' } } as const;

describe('how long something has lasted', () => {
  it('a row: since it was first seen so; another state or another domain begins anew', () => {
    let kept: Lasting = lasting({}, moment());
    const at = (monotonicMs: number, what: Partial<Moment>): number => {
      kept = lasting(kept, moment({ monotonicMs, ...what }));
      return sinceMs(kept.row, monotonicMs);
    };
    deepEqual([at(5000, {}), at(6000, BLIND), at(7000, rows(row({ domid: 8 })))], [4000, 5000, 0]);
    deepEqual([at(8000, rows(row({ domid: 8, state: 'dying' }))), at(9000, rows()), at(9500, {})], [0, 0, 0]);
  });

  it('nothing of a row where none is there, or where one was only now made', () => {
    const first = lasting({}, moment());
    for (const seen of [rows(), { seen: { kind: 'created' } } as const]) deepEqual(lasting(first, moment(seen)), {});
  });

  it('a request: by the monotonic clock, whatever becomes of the wall clock', () => {
    const record = stopping(NOW);
    const first = lasting({}, moment({ record }));
    for (const wallMs of [NOW - 1e9, NOW, NOW + 1e9])
      equal(sinceMs(lasting(first, moment({ record, wallMs, monotonicMs: 3000 })).asked, 3000), 2000);
  });

  it('one that an agent before this one made: by the wall clock, but no longer than until it would ask again', () => {
    const asked = (agoMs: number): number =>
      sinceMs(lasting({}, moment({ record: stopping(NOW - agoMs) })).asked, 1000);
    deepEqual([-1e9, 0, 4000, 15_000, 1e9].map(asked), [0, 0, 4000, 15_000, 15_000]);
  });

  it('another request begins anew, and none is none', () => {
    const first = lasting({}, moment({ record: stopping(NOW) }));
    const again = lasting(first, moment({ record: stopping(NOW + 15_000), wallMs: NOW + 15_000, monotonicMs: 16_000 }));
    equal(sinceMs(again.asked, 16_000), 0);
    deepEqual(lasting(first, moment({ record: started() })).asked, undefined);
  });
});
