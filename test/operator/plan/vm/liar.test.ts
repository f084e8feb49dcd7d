/**
 * A host whose token is stolen says whatever the schema allows. A VM whose own host vouches for the
 * claim stays there: it may be held up and told, but it is not ended, moved or let go.
 */
import { equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { XenDomain } from '../../../../crds/generated/types';
import { planVm } from '../../../../operator/plan/vm/plan';
import { vouches } from '../../../../operator/plan/vm/vouch';
import type { VmFacts } from '../../../../operator/plan/vm/facts';
import { claimed, facts, host, order, seen, tombstone, vm } from '../builders';

const EPOCH = 5;
const RUN_POLICIES = ['Always', 'Halted', 'Manual', 'Once', 'RerunOnFailure'] as const;
const PHASES = ['Starting', 'Running', 'Stopping', 'Stopped', 'Failed', 'Unknown'] as const;

const epochs = fc.oneof(fc.nat(10), fc.constantFrom(999_999_999, 10 ** 12));
const OWN = { namespace: 'acme', name: 'web' };
const owners: fc.Arbitrary<{ namespace: string; name: string }> = fc.constantFrom(
  OWN,
  { namespace: '', name: '' },
  { namespace: 'bolt', name: 'x' },
);

/** What h2 says in its report. */
const lie = fc.record({
  owner: owners,
  present: fc.boolean(),
  orphan: fc.boolean(),
  epoch: epochs,
  retiredEpoch: epochs,
  refusedEpoch: epochs,
});

/** What is left of an order on h2, with whatever status. */
const leftover = fc.option(
  fc.record({
    absent: fc.boolean(),
    epoch: fc.integer({ min: 1, max: EPOCH - 1 }),
    told: epochs,
    phase: fc.constantFrom(...PHASES),
  }),
);

const truth = fc.record({
  runPolicy: fc.constantFrom(...RUN_POLICIES),
  phase: fc.constantFrom(...PHASES),
  present: fc.boolean(),
  hasOrder: fc.boolean(),
});

type Truth = typeof truth extends fc.Arbitrary<infer T> ? T : never;
type Lie = typeof lie extends fc.Arbitrary<infer T> ? T : never;
type Leftover = typeof leftover extends fc.Arbitrary<infer T> ? T : never;

function onLiar(left: Leftover): XenDomain[] {
  if (left === null) return [];
  const { absent, epoch, told, phase } = left;
  const made = absent ? tombstone('h2', epoch) : order('h2', epoch);
  return [{ ...made, status: { epoch: told, phase, refusedEpoch: told, retiredEpoch: told } }];
}

function world(true_: Truth, lies: readonly Lie[], left: Leftover): VmFacts {
  const { runPolicy, phase, present, hasOrder } = true_;
  const status = { epoch: EPOCH, phase, bootID: 'boot-h1' };
  const own = hasOrder ? [{ host: 'h1', order: order('h1', EPOCH, { runPolicy }, status) }] : [];
  const told = lies.map(({ owner, ...said }) => ({ ...seen('h2', said), ...owner }));
  const isOwn = ({ name }: { name: string }): boolean => name === 'web';
  const gathered = facts({
    vm: vm({ spec: { runPolicy }, status: claimed('h1', EPOCH) }),
    orders: [...own, ...onLiar(left).map((made) => ({ host: 'h2', order: made }))],
    sightings: [seen('h1', { present, orphan: !hasOrder, epoch: EPOCH }), ...told.filter(isOwn).slice(0, 1)],
    foreignSightings: told.filter((one) => !isOwn(one)).slice(0, 1),
    hosts: [host('h1'), host('h2')],
  });
  return { ...gathered, vouched: vouches(gathered) };
}

describe('a host that lies of a VM whose own host vouches for its claim', () => {
  it('neither ends nor draws it away, whatever it says', () =>
    fc.assert(
      fc.property(truth, fc.array(lie, { maxLength: 2 }), leftover, (true_, lies, left) => {
        const known = world(true_, lies, left);
        ok(known.vouched, 'or this shows nothing');
        const action = planVm(known);
        const { runPolicy } = true_;
        if (action.do === 'updateOrder' && action.host === 'h1') equal(action.spec.desired !== 'Absent', true);
        if (action.do === 'createOrder' && action.host === 'h1') equal(action.order.spec.desired !== 'Absent', true);
        if (action.do === 'deleteOrder') equal(action.host, 'h2');
        if (action.do === 'claim') equal(action.host, 'h1');
        ok(action.do !== 'place' && action.do !== 'clearFinalizer', `${action.do} under ${runPolicy}`);
      }),
    ));

  it('is named, with what helps', () => {
    const off = { runPolicy: 'Always', phase: 'Stopped', present: false, hasOrder: true } as const;
    const says = { owner: OWN, present: true, orphan: true };
    const action = planVm(world(off, [{ ...says, epoch: 9, retiredEpoch: 0, refusedEpoch: 0 }], null));
    const message = action.do === 'wait' ? action.because?.message : undefined;
    match(message ?? '', /^a domain of this UUID is reported by h2, and the claim is on h1\. .* spec\.quarantined/);
  });
});
