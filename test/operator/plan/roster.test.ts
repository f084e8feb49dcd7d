/** Who keeps the names of all hosts, what they are told, and that a restored backup erases none. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { XenAgent, XenHost } from '../../../crds/generated/types';
import { isLeaving, KEEPERS, keepersOf, rememberedHosts, rosterFor } from '../../../operator/plan/roster';

const host = (name: string, day: number, over: Partial<XenHost['spec']> = {}, deleted = false): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: {
    name,
    creationTimestamp: `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`,
    ...(deleted && { deletionTimestamp: '2026-03-01T00:00:00Z' }),
  },
  spec: { pool: 'default', ...over },
});
const agent = (spec: Partial<XenAgent['spec']>, status?: XenAgent['status']): XenAgent => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenAgent',
  metadata: { name: 'h1' },
  spec: { fleetID: 'f', ...spec },
  ...(status && { status }),
});
const fleet = (names: readonly string[], known = names, keepers = names) => ({
  roster: names,
  keepers: new Set(keepers),
  known: new Set(known),
});

describe('those who keep the names of all hosts', () => {
  it('are the oldest ones, by name on one day', () => {
    const hosts = Array.from({ length: KEEPERS + 4 }, (_, index) => host(`h${30 - index}`, 1 + Math.floor(index / 2)));
    const kept = [...keepersOf(hosts)];
    equal(kept.length, KEEPERS);
    deepEqual(kept.slice(0, 3), ['h29', 'h30', 'h27']);
    ok(!kept.includes('h11'));
  });

  it('are none that an administrator distrusts, or that are to go', () => {
    const hosts = [
      host('a', 1, { quarantined: true }),
      { ...host('b', 2, { declaredDead: 'x' }), status: { bootID: 'x' } },
      host('c', 3, {}, true),
      { ...host('d', 4, { declaredDead: 'x' }), status: { bootID: 'y' } },
      host('e', 5),
    ];
    deepEqual([...keepersOf(hosts)], ['d', 'e'], 'an earlier boot of d was declared over');
  });

  it('forget a host once its namespace goes, or was never there', () => {
    const going = host('a', 1, {}, true);
    const deleted = { metadata: { deletionTimestamp: '2026-03-01T00:00:00Z' } };
    deepEqual(
      [
        isLeaving(going, deleted),
        isLeaving(going, undefined),
        isLeaving(going, { metadata: {} }),
        isLeaving(host('a', 1), deleted),
      ],
      [true, true, false, false],
    );
  });
});

describe('what an agent is told of the hosts', () => {
  const kept = (roster: string[], rosterEpoch: number) => ({ roster, rosterEpoch });
  const ROWS: readonly [string, XenAgent | undefined, ReturnType<typeof fleet>, ReturnType<typeof kept>][] = [
    ['all names, at first', undefined, fleet(['h1', 'h2']), kept(['h1', 'h2'], 1)],
    ['no name, where others keep them', undefined, fleet(['h1', 'h2'], undefined, ['h2']), kept([], 1)],
    ['nothing new, if nothing is', agent(kept(['h1'], 4)), fleet(['h1']), kept(['h1'], 4)],
    ['a new name, above what it was told', agent(kept(['h1'], 4)), fleet(['h1', 'h2']), kept(['h1', 'h2'], 5)],
    [
      'one name less, while that host leaves',
      agent(kept(['h1', 'h2'], 4)),
      fleet(['h1'], ['h1', 'h2']),
      kept(['h1'], 5),
    ],
    ['… but not for a host that is no XenHost', agent(kept(['h1', 'h9'], 4)), fleet(['h1']), kept(['h1', 'h9'], 4)],
    [
      'what it remembers of a later time than the API, above that',
      agent(kept(['h1'], 2), kept(['h1', 'h2', 'h9'], 7)),
      fleet(['h1', 'h2', 'h3']),
      kept(['h1', 'h2', 'h3', 'h9'], 8),
    ],
    [
      'nothing, if it remembers just that',
      agent(kept(['h1'], 2), kept(['h1', 'h9'], 7)),
      fleet(['h1']),
      kept(['h1'], 2),
    ],
    ['not what it has not taken up yet', agent(kept(['h1'], 5), kept(['h1', 'h9'], 4)), fleet(['h1']), kept(['h1'], 5)],
    [
      'no more names than fit',
      agent(
        kept([], 1),
        kept(
          Array.from({ length: 4096 }, (_, n) => `x${n}`),
          2,
        ),
      ),
      fleet(['h1']),
      kept(['h1', ...Array.from({ length: 4095 }, (_, n) => `x${n}`)].sort(), 3),
    ],
    [
      'nothing that follows from an epoch that cannot be',
      agent(kept(['h1'], 1), kept(['h9'], 10 ** 12)),
      fleet(['h1', 'h2']),
      kept(['h1', 'h2'], 2),
    ],
  ];
  for (const [name, known, names, expected] of ROWS) it(name, () => deepEqual(rosterFor('h1', known, names), expected));
});

/** A host's agent and its Dom0: what it was told last above what it keeps is what it keeps. */
class Dom0 {
  constructor(public kept = { roster: [] as readonly string[], rosterEpoch: 0 }) {}
  hear(told: { roster: readonly string[]; rosterEpoch: number }): void {
    if (told.rosterEpoch > this.kept.rosterEpoch) this.kept = told;
  }
}

type Api = Map<string, { object: XenHost; told: { roster: string[]; rosterEpoch: number } }>;

/** One fleet over time: hosts come and go, all agents hear; then an old backup is restored. */
function history(steps: readonly ('add' | 'remove' | 'backup')[]) {
  const dom0s = new Map<string, Dom0>();
  let [api, backup, day]: [Api, Api, number] = [new Map(), new Map(), 0];
  const settle = (names: string[]): void => {
    const objects = [...api.values()]
      .map(({ object }) => object)
      .filter(({ metadata }) => names.includes(metadata.name));
    const all = { roster: names.toSorted(), keepers: keepersOf(objects), known: new Set(api.keys()) };
    for (const [name, entry] of api) {
      const { kept } = dom0s.get(name) ?? new Dom0();
      const status = { roster: [...kept.roster], rosterEpoch: kept.rosterEpoch };
      entry.told = rosterFor(name, agent(entry.told, status), all);
      dom0s.get(name)?.hear(entry.told);
    }
  };
  const restore = (): void => void (api = new Map([...backup].map(([name, entry]) => [name, { ...entry }])));
  for (const step of steps) {
    const names = [...api.keys()];
    if (step === 'add') {
      const name = `h${String(day++).padStart(3, '0')}`;
      dom0s.set(name, new Dom0());
      api.set(name, { object: host(name, 1 + (day % 28)), told: { roster: [], rosterEpoch: 0 } });
      const created = new Date(Date.UTC(2026, 0, day)).toISOString();
      api.get(name)!.object.metadata.creationTimestamp = created;
      settle([...names, name]);
    } else if (step === 'remove' && names.length > 1) {
      const gone = names[day % names.length]!;
      settle(names.filter((name) => name !== gone));
      api.delete(gone);
      dom0s.delete(gone);
    } else if (step === 'backup') {
      backup = new Map([...api].map(([name, entry]) => [name, { ...entry }]));
    }
  }
  const living = [...api.keys()];
  restore();
  return { living, api: () => api, dom0s, settle };
}

describe('after a restore of whatever backup', () => {
  it('every host that was added since is remembered, whatever the operator writes first, and nobody who left', () => {
    let reached = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom('add', 'add', 'add', 'remove', 'backup'), { maxLength: 60 }), (steps) => {
        const { living, api, dom0s, settle } = history(['add', 'backup', ...steps] as never);
        const left = [...api().keys()].filter((name) => dom0s.has(name));
        if (left.length === 0) return;
        // The restored specs reach the agents, then what the operator makes of the restored hosts.
        for (const name of left) dom0s.get(name)?.hear(api().get(name)!.told);
        for (let round = 0; round < 3; round++) settle([...api().keys()]);
        const rosters = left.map((name) => ({ host: name, names: dom0s.get(name)?.kept.roster ?? [] }));
        const found = rememberedHosts(rosters, (name) => api().has(name));
        const added = living.filter((name) => !api().has(name)).sort();
        if (added.length > 0) reached += 1;
        for (const name of added) ok(found.includes(name), `${name} is forgotten; kept ${JSON.stringify(rosters)}`);
        deepEqual(
          found.filter((name) => !living.includes(name)),
          [],
        );
      }),
    );
    ok(reached > 20, `only ${reached} histories had a host to remember`);
  });
});
