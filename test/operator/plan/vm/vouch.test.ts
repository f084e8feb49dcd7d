/** A silent host holds up only what it may hold: the claimed host itself vouches for its claim. */
import { equal } from 'node:assert/strict';
import { VouchedClaims } from '../../../../operator/controllers/placement/vouched-claims';
import { planVm } from '../../../../operator/plan/vm/plan';
import { isRevoked, vouches } from '../../../../operator/plan/vm/vouch';
import { brief, claimed, facts, host, seen, tombstone, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const onH1 = vm({ status: claimed('h1', 3) });
const remembers = (over: Parameters<typeof seen>[1] = {}) => [seen('h1', { orphan: false, epoch: 3, ...over })];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };

const ROWS: readonly [string, Facts, boolean][] = [
  ['a host that remembers this very epoch, in the boot of the claim', { vm: onH1, sightings: remembers() }, true],
  ['one that remembers another epoch', { vm: onH1, sightings: remembers({ epoch: 4 }) }, false],
  ['one that remembers an older epoch', { vm: onH1, sightings: remembers({ epoch: 2 }) }, false],
  ['one that refuses the epoch', { vm: onH1, sightings: remembers({ refusedEpoch: 3 }) }, false],
  ['one that refuses an older epoch', { vm: onH1, sightings: remembers({ refusedEpoch: 2 }) }, true],
  ['one that has booted since', { vm: onH1, sightings: remembers(), hosts: [host('h1', { bootID: 'b2' })] }, false],
  [
    'one that has not answered this leader',
    { vm: onH1, sightings: remembers(), hosts: [host('h1', { answered: false })] },
    false,
  ],
  ['one that says nothing of the VM', { vm: onH1 }, false],
  ['another host', { vm: onH1, sightings: [seen('h2', { epoch: 3 })] }, false],
  [
    'a claim of before boots were named',
    { vm: vm({ status: { placement: { host: 'h1', epoch: 3 } } }), sightings: remembers() },
    false,
  ],
  ['a VM without a claim', { sightings: remembers() }, false],
];

describe('a claim is vouched for by', () => {
  for (const [name, over, expected] of ROWS) it(`${name}: ${expected}`, () => equal(vouches(facts(over)), expected));
});

describe('a claim that was vouched for', () => {
  it('is so for this term, whatever becomes of the host', () => {
    const claims = new VouchedClaims();
    equal(claims.isVouched(facts({ vm: onH1 })), false);
    equal(claims.isVouched(facts({ vm: onH1, sightings: remembers() })), true);
    equal(claims.isVouched(facts({ vm: onH1, hosts: [host('h1', { bootID: 'b2' })] })), true);
    equal(claims.isVouched(facts({ vm: vm({ status: claimed('h1', 4) }) })), false, 'another claim');
    claims.clear();
    equal(claims.isVouched(facts({ vm: onH1 })), false, 'after a doubt');
  });

  it('is so no more if its host refuses it, unless that is the end of the VM itself', () => {
    const refusing = { sightings: remembers({ refusedEpoch: 3 }) };
    equal(isRevoked(facts({ vm: onH1, ...refusing })), true);
    equal(isRevoked(facts({ vm: vm({ meta: gone, status: claimed('h1', 3) }), ...refusing })), false);
    equal(isRevoked(facts({ vm: onH1, sightings: remembers() })), false);
    const another = seen('h0', { epoch: 3, refusedEpoch: 9 });
    equal(isRevoked(facts({ vm: onH1, sightings: [another, ...remembers()] })), false, 'whatever another host refuses');
  });

  it('is forgotten with its VM', () => {
    const claims = new VouchedClaims();
    claims.note(onH1);
    claims.forget(onH1.metadata.uid ?? '');
    equal(claims.isVouched(facts({ vm: onH1 })), false);
  });

  it('lets its VM go although another host is silent; one that is not waits', () => {
    const ended = {
      vm: vm({ meta: gone, status: claimed('h1', 3) }),
      orders: [{ host: 'h1', order: tombstone('h1', 3, 3) }],
      unreported: ['h9'],
    };
    equal(brief(planVm(facts({ ...ended, vouched: true }))), 'clearFinalizer');
    equal(brief(planVm(facts(ended))), 'wait HostNotReporting');
  });
});
