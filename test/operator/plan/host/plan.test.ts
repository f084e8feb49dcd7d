/** One XenHost, row by row: what is known → the one next act. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenHost } from '../../../../crds/generated/types';
import { FINALIZER, HOST_LABEL } from '../../../../common/names';
import { planHost, type HostAction, type HostPlanFacts } from '../../../../operator/plan/host/plan';
import { catalogOf, FLEET, order, tombstone } from '../builders';

const host = (meta: Partial<XenHost['metadata']> = {}, spec: Partial<XenHost['spec']> = {}): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1', finalizers: [FINALIZER], ...meta },
  spec: { pool: 'default', ...spec },
});
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const doomed = host(gone);
const namespace = (meta: object = {}): HostPlanFacts['namespace'] => ({
  metadata: { name: 'xenhost-h1', uid: 'ns-1', labels: { [HOST_LABEL]: 'h1' }, ...meta },
});
const spec = {
  fleetID: FLEET,
  nonce: 'n1',
  roster: ['h1'],
  rosterEpoch: 1,
  storagePools: [],
  networks: [],
  confirmedBootID: 'b1',
};
const agent = (status: object = {}, over: object = {}): HostPlanFacts['agent'] => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenAgent',
  metadata: { name: 'h1' },
  spec: { ...spec, ...over },
  status: { nonce: 'n1', bootID: 'b1', ...status },
});
const facts = (over: Partial<HostPlanFacts> = {}): HostPlanFacts => ({
  host: host(),
  agent: agent(),
  nonce: 'n1',
  fleetID: FLEET,
  silentMs: 1000,
  watchedMs: 60_000,
  unknownAfterMs: 25_000,
  namespaceReady: true,
  namespace: namespace(),
  hasLease: true,
  isEnsured: true,
  orders: [],
  claims: 0,
  catalog: catalogOf('h1'),
  rememberedBy: [],
  ...over,
});
const dead = { host: host(gone, { declaredDead: 'b1' }), silentMs: 25_001 };
const deadAndTold = { ...dead, agent: agent({}, { confirmedBootID: undefined }) };
const freed = { ...order('h1', 1), metadata: { ...order('h1', 1).metadata, finalizers: [] } };

function brief(action: HostAction): string {
  switch (action.do) {
    case 'setFinalizers':
      return `finalizers ${action.finalizers.join()}`;
    case 'ensureObjects':
      return `ensure ${action.lease ? 'with' : 'without'} lease`;
    case 'updateAgent':
      return `update agent ${action.agent.spec.nonce} ${action.agent.spec.confirmedBootID}`;
    case 'freeOrders':
      return `free ${action.orders.length}`;
    case 'wait':
      return action.held === undefined ? 'wait' : `wait ${action.held.reason}`;
    default:
      return action.do;
  }
}

const ROWS: readonly [string, Partial<HostPlanFacts>, string][] = [
  ['a new host gets its finalizer', { host: host({ finalizers: ['x/y'] }) }, `finalizers x/y,${FINALIZER}`],
  ['then its namespace', { namespace: undefined }, 'createNamespace'],
  ['then what its agent needs there', { isEnsured: false, hasLease: false }, 'ensure with lease'],
  ['a Lease that is there is left alone', { isEnsured: false }, 'ensure without lease'],
  ['then its XenAgent', { agent: undefined }, 'createAgent'],
  ['a host as it should be is left alone', {}, 'wait'],
  ['a new leader asks anew', { nonce: 'n2', agent: agent() }, 'update agent n2 b1'],
  ['a new boot is named once it has reported', { agent: agent({ bootID: 'b2' }) }, 'update agent n1 b2'],
  ['… but not before it has answered this leader', { agent: agent({ bootID: 'b2', nonce: 'n0' }) }, 'wait'],
  [
    'a namespace that somebody else made is not used',
    { namespace: namespace({ labels: {} }), isEnsured: false },
    'wait NamespaceTaken',
  ],
  ['… nor one of another host', { namespace: namespace({ labels: { [HOST_LABEL]: 'h2' } }) }, 'wait NamespaceTaken'],
  [
    'a namespace that is being deleted is not held up by orders',
    { namespace: namespace(gone), orders: [order('h1', 1)] },
    'free 1',
  ],
  ['… and is waited for once they are free', { namespace: namespace(gone), orders: [freed] }, 'wait'],
  ['a deleted host with claims is held', { host: doomed, claims: 2 }, 'wait HoldsDomains'],
  ['… and so is one with orders', { host: doomed, orders: [order('h1', 1)] }, 'wait HoldsDomains'],
  ['… one that does not report', { host: doomed, agent: agent({ nonce: 'n0' }) }, 'wait HoldsDomains'],
  [
    '… one with domains of the fleet',
    { host: doomed, agent: agent({ domains: [{ uuid: 'u', kind: 'orphan' }] }) },
    'wait HoldsDomains',
  ],
  [
    'foreign domains do not hold it',
    { host: doomed, agent: agent({ domains: [{ uuid: 'u', kind: 'foreign' }] }) },
    'deleteNamespace',
  ],
  ['one that never reported goes', { host: doomed, agent: undefined }, 'deleteNamespace'],
  [
    'held, it still gets the namespace that its agent needs',
    { host: doomed, claims: 1, namespace: undefined },
    'createNamespace',
  ],
  ['… is asked by a new leader like any host', { host: doomed, claims: 1, nonce: 'n2' }, 'update agent n2 b1'],
  [
    '… and told that its new boot is known',
    { host: doomed, claims: 1, agent: agent({ bootID: 'b2' }) },
    'update agent n1 b2',
  ],
  ['a dead host with Absent orders lets them go', { ...dead, orders: [tombstone('h1', 1)] }, 'free 1'],
  ['… but not with an order that still stands', { ...deadAndTold, orders: [order('h1', 1)] }, 'wait HoldsDomains'],
  ['… and no boot of it is confirmed', { ...dead, orders: [order('h1', 1)] }, 'update agent n1 undefined'],
  ['a dead host need not report', { ...dead, agent: agent({ nonce: 'n0' }) }, 'deleteNamespace'],
  ['its namespace is waited for', { host: doomed, namespace: namespace(gone) }, 'wait'],
  ['then the host is let go', { host: doomed, namespace: undefined }, 'finalizers '],
  ['somebody else’s finalizer is not ours to wait for', { host: host({ ...gone, finalizers: ['x/y'] }) }, 'wait'],
];

describe('planHost', () => {
  it('lets a host that is to go, and is held, forget no names', () => {
    const catalog = {
      ...catalogOf('h1'),
      roster: { roster: ['h2'], keepers: new Set<string>(), known: new Set(['h1', 'h2']) },
    };
    const held = facts({ host: doomed, claims: 1, nonce: 'n2', catalog });
    const action = planHost(held);
    ok(action.do === 'updateAgent');
    deepEqual([action.agent.spec.roster, action.agent.spec.rosterEpoch, action.agent.spec.nonce], [['h1'], 1, 'n2']);
    const made = planHost({ ...held, agent: undefined });
    ok(made.do === 'createAgent');
    deepEqual([made.agent.spec.roster, made.agent.spec.rosterEpoch], [undefined, undefined]);
  });

  for (const [name, over, expected] of ROWS) {
    it(name, () => equal(brief(planHost(facts(over))), expected));
  }

  it('says what holds a host, and what helps', () => {
    const held = (over: Partial<HostPlanFacts>): string => {
      const action = planHost(facts({ host: doomed, ...over }));
      ok(action.do === 'wait');
      return action.held?.message ?? '';
    };
    match(held({ claims: 2 }), /^2 VMs are claimed on h1: delete them, or move them first$/);
    match(held({ agent: agent({ nonce: 'n0' }) }), /start its agent, or set spec\.declaredDead: b1/);
    match(held({ namespace: namespace({ labels: {} }), claims: 1 }), /delete it, or name the host otherwise/);
  });

  it('deletes the very namespace that was looked at', () => {
    const action = planHost(facts({ host: doomed }));
    ok(action.do === 'deleteNamespace');
    deepEqual(action.namespace.metadata.uid, 'ns-1');
  });
});
