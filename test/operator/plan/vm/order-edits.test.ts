/** What an edit does to an order, and which acts start a domain. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import type { Action } from '../../../../operator/plan/vm/action';
import { planOrder, starts } from '../../../../operator/plan/vm/order-step';
import { bootOf, claimed, facts, order, vm, WANTED } from '../builders';
const claim = { host: 'h1', epoch: 2, bootID: bootOf('h1') };
const onH1 = vm({ status: claimed('h1', 2) });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });

describe('an edit of the networks', () => {
  it('reaches the order', () => {
    const networks = [{ name: 'eth0', network: 'lan', bridge: 'br0', mac: '02:16:3e:00:00:01' }];
    const action = planOrder(
      facts({ vm: onH1, resolution: { wanted: { ...WANTED, networks } }, orders: [at('h1', order('h1', 2))] }),
      claim,
    );
    ok(action.do === 'updateOrder');
    deepEqual(action.spec.networks, [{ name: 'eth0', bridge: 'br0', mac: '02:16:3e:00:00:01' }]);
  });
});

describe('an act starts a domain', () => {
  const update = (before: string, after: string, epoch = 1): Action => ({
    do: 'updateOrder',
    host: 'h1',
    order: order('h1', 1, { desired: before as 'Running' }),
    spec: order('h1', epoch, { desired: after as 'Running' }).spec,
  });
  const create = (desired: 'Running' | 'Stopped'): Action => ({
    do: 'createOrder',
    host: 'h1',
    order: order('h1', 1, { desired }),
  });
  const ROWS: readonly [string, Action, boolean][] = [
    ['a new order to run', create('Running'), true],
    ['a new order to be off', create('Stopped'), false],
    ['a claim', { do: 'claim', host: 'h1', epoch: 1, bootID: 'b' }, true],
    ['growing', { do: 'grow', host: 'h1', epoch: 1 }, false],
    ['waiting', { do: 'wait' }, false],
    ['an order that is to run', update('Stopped', 'Running'), true],
    ['an order that runs on', update('Running', 'Running'), false],
    ['an order that runs on in a new epoch', update('Running', 'Running', 2), true],
    ['an order that is to stop', update('Running', 'Stopped'), false],
    ['an order that is to stay off in a new epoch', update('Stopped', 'Stopped', 2), false],
  ];
  for (const [name, action, expected] of ROWS) it(`${name}: ${expected}`, () => equal(starts(action), expected));
});
