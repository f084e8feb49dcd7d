/** What does not fit into a XenAgent is named, and the rest goes on. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import type { XenAgentSpec, XenNetwork, XenStoragePool } from '../../../crds/generated/types';
import { validateXenAgentSpec } from '../../../crds/generated/validators';
import { AGENT_LIMITS, agentCatalog, type CatalogFacts, type LeftOut } from '../../../operator/plan/agent-catalog';
import { agentSpec } from '../../../operator/plan/host/objects';
import { LeftOutTeller } from '../../../operator/controllers/host/left-out';
import { catalogOf } from './builders';

const apiVersion = 'xenfleet.io/v1alpha1';
const open = { from: 'All' } as const;
const network = (name: string): XenNetwork => ({
  apiVersion,
  kind: 'XenNetwork',
  metadata: { name },
  spec: { bridge: 'xenbr0', allowedNamespaces: open },
});
const pool = (name: string): XenStoragePool => ({
  apiVersion,
  kind: 'XenStoragePool',
  metadata: { name },
  spec: { driver: 'file', path: '/srv/vms', locality: 'local', allowedNamespaces: open },
});
const many = <T>(count: number, make: (name: string) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(`n${String(index).padStart(5, '0')}`));
const rosterOf = (names: readonly string[]) => catalogOf(...names).roster;
const facts = (over: Partial<CatalogFacts> = {}): CatalogFacts => ({
  roster: rosterOf(['h1']),
  storagePools: [pool('local')],
  networks: [network('public')],
  ...over,
});
const specOf = (known: CatalogFacts): XenAgentSpec => {
  const [host = ''] = known.roster.keepers;
  return agentSpec(host, { fleetID: 'fleet', nonce: 'n1', agent: undefined, catalog: agentCatalog(known) }, 'b1');
};

describe('what agents are told of the fleet', () => {
  const { roster, storagePools, networks } = AGENT_LIMITS;
  const CASES: [LeftOut['kind'], keyof CatalogFacts, CatalogFacts, number][] = [
    ['XenHost', 'roster', facts({ roster: rosterOf(many(roster + 2, (name) => name)) }), roster],
    ['XenStoragePool', 'storagePools', facts({ storagePools: many(storagePools + 2, pool) }), storagePools],
    ['XenNetwork', 'networks', facts({ networks: many(networks + 2, network) }), networks],
  ];
  for (const [kind, field, known, most] of CASES) {
    it(`is a legal spec with its nonce although there are too many of kind ${kind}; the last by name are named`, () => {
      const spec = specOf(known);
      ok(validateXenAgentSpec(spec), JSON.stringify(validateXenAgentSpec.errors));
      deepEqual([spec.nonce, spec[field]?.length], ['n1', most]);
      const { leftOut } = agentCatalog(known);
      deepEqual(
        leftOut.map((one) => [one.kind, one.name, one.reason]),
        [most, most + 1].map((index) => [kind, `n${String(index).padStart(5, '0')}`, 'TooMany']),
      );
      match(leftOut[0]?.message ?? '', new RegExp(`there are ${most + 2} .*of the first ${most} by name: delete`));
    });

    it(`leaves nobody out with as many of kind ${kind} as there may be`, () => {
      const fitting: Partial<CatalogFacts> = {
        roster: rosterOf(known.roster.roster.slice(0, roster)),
        storagePools: known.storagePools.slice(0, storagePools),
        networks: known.networks.slice(0, networks),
      };
      deepEqual(agentCatalog({ ...known, ...fitting }).leftOut, []);
    });
  }

  it('leaves out a name that is too long, and takes nobody’s place for it', () => {
    const long = 'a'.repeat(AGENT_LIMITS.nameLength + 1);
    const known = facts({ networks: [network(long), ...many(networks, network)] });
    const { leftOut } = agentCatalog(known);
    deepEqual(
      leftOut.map(({ name, reason }) => [name, reason]),
      [[long, 'NameTooLong']],
    );
    ok(validateXenAgentSpec(specOf(known)));
    equal(specOf(known).networks?.length, networks);
  });

  it('is the same whatever the order in which objects came', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,70}$/), { maxLength: 20 });
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (list, order) => {
        const shuffled = list
          .map((name) => ({ name, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ name }) => name);
        deepEqual(specOf(facts({ networks: shuffled.map(network) })), specOf(facts({ networks: list.map(network) })));
      }),
    );
  });
});

describe('telling of what is left out', () => {
  const rig = () => {
    const said: string[] = [];
    const figures = new Map<string, number>();
    const store = (find: (name: string) => object | undefined) => ({ get: find }) as never;
    const teller = new LeftOutTeller({
      caches: { hosts: store(() => undefined), networks: store(network), storagePools: store(pool) },
      events: { record: (object, { reason }) => said.push(`${object.kind} ${object.metadata.name} ${reason}`) },
      metrics: { leftOut: (kind, count) => figures.set(kind, count) },
      log: { warn: (_message, fields) => said.push(`log ${String(fields?.['name'])}`) },
    });
    return { said, figures, teller };
  };
  const leftOut: LeftOut[] = [{ kind: 'XenNetwork', name: 'n1', reason: 'TooMany', message: 'm' }];

  it('is an Event on the object and a line in the log, once for as long as it lasts', () => {
    const { said, figures, teller } = rig();
    for (const now of [leftOut, leftOut]) teller.tell(now);
    deepEqual(said, ['log n1', 'XenNetwork n1 TooMany']);
    equal(figures.get('XenNetwork'), 1);
    teller.tell([]);
    equal(figures.get('XenNetwork'), 0);
    teller.tell(leftOut);
    equal(said.length, 4);
  });
});
