/** Which UUIDs and MAC addresses a change affects. Whoever wants one of them is looked at again. */
import { deepEqual } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { derivedMac } from '../../../common/names';
import { contested, heldByOrder } from '../../../operator/controllers/vm/contested';
import type { StoreChange } from '../../../operator/runtime/store';
import { claimed, order, UID, vm } from '../plan/builders';

const OTHER = '99999999-2222-4333-8444-555555555555';
const nics = (mac?: string) => ({ networks: [{ name: 'eth0', network: 'lan', ...(mac !== undefined && { mac }) }] });
const none = vm();
const one = vm({ spec: nics('m1') });
const two = vm({ spec: nics('m2') });
const derived = vm({ spec: nics() });
const placed = vm({ spec: nics('m1'), status: claimed('h1', 1) });
const having = (mac: string) =>
  vm({ spec: nics('m1'), status: { ...claimed('h1', 1), networks: [{ name: 'eth0', mac }] } });
const change = (old: XenVM | undefined, object: XenVM | undefined): StoreChange<XenVM> =>
  ({ ...(old && { old }), ...(object && { object }) }) as StoreChange<XenVM>;

describe('what a change of a XenVM contests', () => {
  const ROWS: readonly [string, XenVM | undefined, XenVM | undefined, string[], string[]][] = [
    ['nothing of nothing', undefined, undefined, [], []],
    ['all that a new one has', undefined, one, [UID], ['m1']],
    ['a derived address too', undefined, derived, [UID], [derivedMac(UID, 'eth0')]],
    ['all that one had which goes', one, undefined, [UID], ['m1']],
    ['both addresses of an edit', one, two, [UID, UID], ['m1', 'm2']],
    ['an address that is given up', one, none, [UID, UID], ['m1']],
    ['both UUIDs, if another is given', none, vm({ spec: { identity: { uuid: OTHER } } }), [UID, OTHER], []],
    ['nothing if it holds the same', one, vm({ spec: { ...nics('m1'), runPolicy: 'Halted' } }), [], []],
    ['everything once it is placed', one, placed, [UID, UID], ['m1', 'm1']],
    ['everything once it is placed no more', placed, one, [UID, UID], ['m1', 'm1']],
    ['an address that its guest lets go at last', having('m0'), having('m1'), [UID, UID], ['m1', 'm0', 'm1']],
    ['nothing if it is placed elsewhere', placed, vm({ spec: nics('m1'), status: claimed('h2', 2) }), [], []],
  ];
  for (const [name, before, after, uuids, macs] of ROWS)
    it(name, () => deepEqual(contested(change(before, after)), { uuids, macs }));
});

describe('what an order holds', () => {
  it('is its UUID and its addresses', () => {
    deepEqual(heldByOrder(order('h1', 1)), { uuids: [UID], macs: [] });
    const networks = [{ name: 'eth0', bridge: 'br0', mac: 'm1' }];
    deepEqual(heldByOrder(order('h1', 1, { networks })), { uuids: [UID], macs: ['m1'] });
  });
});
