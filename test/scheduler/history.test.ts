/**
 * What a scheduler knows is what its caller last said: it neither forgets what is there nor keeps
 * what is gone.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { HOSTNAME_KEY, Scheduler } from '../../scheduler';
import type { AffinityTerm, HostState, HostStorage, PoolPolicy, VmSpec } from '../../scheduler';
import { Topology } from '../../scheduler/state/topology';
import { arbitraryHosts, arbitraryVms, arbitraryWishes } from './arbitrary';
import { GIB, host, hosts, vm } from './fleet';

const EDITS = 2000;
const term = (key: string, value: string, topologyKey = key): AffinityTerm => ({
  labelSelector: { matchLabels: { [key]: value } },
  topologyKey,
});
const affinity = (key: string, topologyKey?: string): NonNullable<VmSpec['affinity']> => ({
  requiredDuringSchedulingIgnoredDuringExecution: [term(`required-${key}`, 'x', topologyKey)],
  preferredDuringSchedulingIgnoredDuringExecution: [
    { weight: 1, podAffinityTerm: { labelSelector: {}, topologyKey: `preferred-${key}` } },
  ],
});
/** A VM that names new labels, terms, topologies and spreads at every edit. */
const edited = (n: number): VmSpec =>
  vm('a', {
    labels: { [`label-${n}`]: 'x', app: `app-${n}` },
    affinity: affinity(`near-${n}`),
    antiAffinity: affinity(`far-${n}`),
    hostSelector: { matchExpressions: [{ key: `not-${n}`, operator: 'DoesNotExist' }] },
    topologySpread: [
      { maxSkew: 1, topologyKey: `hard-${n}`, labelSelector: { matchLabels: { app: `app-${n}` } } },
      { maxSkew: 1, topologyKey: `soft-${n}`, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
    ],
  });

describe('what is gone', () => {
  function leavesNothing(act: (scheduler: Scheduler, n: number) => void, undo: (scheduler: Scheduler) => void): void {
    const others = [vm('b', { host: 'h1', ...edited(0), key: 'b' }), vm('c', { host: 'h2', labels: { app: 'app-1' } })];
    const scheduler = new Scheduler({ hosts: hosts(3), vms: others });
    const before = scheduler.sizes();
    for (let n = 0; n < EDITS; n++) act(scheduler, n);
    undo(scheduler);
    assert.deepEqual(scheduler.sizes(), before);
  }

  it('leaves nothing behind: a VM that was edited again and again', () => {
    leavesNothing(
      (scheduler, n) => scheduler.assume(edited(n), 'h1'),
      (scheduler) => scheduler.forget('uid-a'),
    );
  });

  it('leaves nothing behind: a pending VM that was edited again and again', () => {
    leavesNothing(
      (scheduler, n) => {
        scheduler.find(edited(n));
        if (n % 100 === 0) scheduler.counterfactuals(edited(n));
      },
      () => undefined,
    );
  });

  it('leaves nothing behind: hosts that came, were labelled anew, and went', () => {
    const labelled = vm('a', { affinity: affinity('a', 'rack'), host: 'h1' });
    const disks = (n: number): HostStorage[] => [{ name: `pool-${n}`, freeBytes: GIB, locality: 'shared' }];
    leavesNothing(
      (scheduler, n) => {
        scheduler.assume(labelled, 'h1');
        scheduler.updateHost(host('h1', { labels: { rack: `rack-${n}` }, storage: disks(n), pool: `hosts-${n}` }));
        scheduler.updatePool({ name: `hosts-${n}`, vcpuRatio: 2 });
        scheduler.updatePool({ name: `hosts-${n}` });
        scheduler.updateHost(host(`new-${n}`, { labels: { rack: `rack-${n}` }, storage: disks(n) }));
        scheduler.assume(vm('d'), `new-${n}`);
        scheduler.removeHost(`new-${n}`);
      },
      (scheduler) => {
        scheduler.updateHost(host('h1'));
        scheduler.forget('uid-a');
        scheduler.forget('uid-d');
      },
    );
  });

  const shy = (name: string): VmSpec =>
    vm(name, {
      labels: { app: 'web' },
      antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('app', 'web', HOSTNAME_KEY)] },
    });

  it('is known anew when it comes back', () => {
    const scheduler = new Scheduler({ hosts: hosts(2), vms: [] });
    const again = shy('a');
    scheduler.find(again);
    scheduler.find(vm('b'));
    scheduler.assume(again, 'h1');
    assert.equal(scheduler.fits(vm('c', { labels: { app: 'web' } }), 'h1'), false);
  });

  it('gives the number of its domain to the next', () => {
    const topology = new Topology('rack');
    for (let n = 0; n < EDITS; n++) topology.setHost(0, host('h1', { labels: { rack: `r${n}` } }));
    topology.setHost(1, host('h2', { labels: { rack: 'r' } }));
    assert.deepEqual([topology.domain(0), topology.domain(1)], [0, 1]);
  });

  it('keeps what another VM still asks', () => {
    const scheduler = new Scheduler({ hosts: hosts(2), vms: [] });
    scheduler.assume(shy('a'), 'h1');
    scheduler.assume(shy('b'), 'h2');
    scheduler.forget('uid-a');
    assert.equal(scheduler.find(vm('c', { labels: { app: 'web' } })), 'h1');
    scheduler.assume(vm('d', { labels: { app: 'web' } }), 'h1');
    assert.equal(scheduler.find(shy('c')), undefined);
    scheduler.forget('uid-b');
    assert.equal(scheduler.find(vm('e', { labels: { app: 'web' } })), 'h2', 'nobody repels any more');
  });
});

interface Known {
  readonly hosts: Map<string, HostState>;
  readonly vms: Map<string, VmSpec>;
  readonly pools: Map<string, PoolPolicy>;
}

interface Change {
  readonly kind: keyof typeof CHANGES;
  readonly vm: VmSpec;
  readonly host: number;
  readonly number: number;
}

/** The n-th of them, round and round. */
const nth = <T>(items: Iterable<T>, n: number): T | undefined => {
  const list = [...items];
  return list[n % Math.max(1, list.length)];
};

const CHANGES = {
  assume: (scheduler, known, { vm: spec, host: n }) => {
    const target = nth(known.hosts.keys(), n);
    if (target === undefined) return;
    scheduler.assume(spec, target);
    known.vms.set(spec.key, { ...spec, host: target });
  },
  migrate: (scheduler, known, { host: n, number }) => {
    const moving = nth(known.vms.values(), number);
    const target = nth(known.hosts.keys(), n);
    if (moving?.host === undefined || target === undefined) return;
    const next = { ...moving, inboundHost: target };
    scheduler.assume(next, moving.host);
    known.vms.set(next.key, next);
  },
  forget: (scheduler, known, { number }) => {
    const key = nth(known.vms.keys(), number);
    if (key === undefined) return;
    scheduler.forget(key);
    known.vms.delete(key);
  },
  ask: (scheduler, _known, { vm: spec }) => void scheduler.find({ ...spec, key: 'asked' }),
  explain: (scheduler, _known, { vm: spec }) => void scheduler.explain({ ...spec, key: 'asked' }),
  grow: (scheduler, known, { number }) => {
    const grown = nth(known.vms.values(), number);
    if (grown) scheduler.fitsGrown({ ...grown, memoryBytes: 2 * grown.memoryBytes });
  },
  cordon: (scheduler, known, change) => setHost(scheduler, known, change, (h) => ({ cordoned: !h.cordoned })),
  taint: (scheduler, known, change) =>
    setHost(scheduler, known, change, () => ({ taints: [{ key: `t${change.number % 2}`, effect: 'NoSchedule' }] })),
  rack: (scheduler, known, change) =>
    setHost(scheduler, known, change, () => ({ labels: { rack: `r${change.number % 4}` } })),
  report: (scheduler, known, change) => setHost(scheduler, known, change, () => ({ foreignBytes: GIB })),
  store: (scheduler, known, change) =>
    setHost(scheduler, known, change, () => ({ storage: [{ name: 'ssd', freeBytes: 9 * GIB, locality: 'shared' }] })),
  lose: (scheduler, known, { host: n }) => {
    const name = nth(known.hosts.keys(), n);
    if (name === undefined) return;
    scheduler.removeHost(name);
    known.hosts.delete(name);
  },
  pool: (scheduler, known, { number }) => {
    const policy = number % 2 === 0 ? { name: 'default' } : { name: 'default', vcpuRatio: 2 + (number % 3) };
    scheduler.updatePool(policy);
    known.pools.set(policy.name, policy);
  },
} satisfies Record<string, (scheduler: Scheduler, known: Known, change: Change) => void>;

function setHost(
  scheduler: Scheduler,
  known: Known,
  { host: n }: Change,
  change: (host: HostState) => Partial<HostState>,
): void {
  const before = nth(known.hosts.values(), n);
  if (!before) return;
  const next = { ...before, ...change(before) };
  scheduler.updateHost(next);
  known.hosts.set(next.name, next);
}

describe('a history', () => {
  it('leads where the last picture of the fleet alone would have led', () => {
    const vms = fc.tuple(arbitraryVms(8), arbitraryWishes).map(([list, wishes]) => {
      return [...list, vm('wishing', { labels: { app: 'web' }, ...wishes })];
    });
    const changes = vms.chain((list) =>
      fc.array(
        fc.record({
          kind: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])),
          vm: fc.constantFrom(...list),
          host: fc.nat(),
          number: fc.nat(),
        }),
        { maxLength: 30 },
      ),
    );
    fc.assert(
      fc.property(arbitraryHosts(5), changes, arbitraryVms(6), (fleet, history, probes) => {
        const scheduler = new Scheduler({ hosts: fleet, vms: [] });
        const known: Known = { hosts: new Map(fleet.map((h) => [h.name, h])), vms: new Map(), pools: new Map() };
        for (const change of history) CHANGES[change.kind](scheduler, known, change);
        const fresh = new Scheduler({
          hosts: [...known.hosts.values()],
          vms: [...known.vms.values()],
          pools: [...known.pools.values()],
        });
        assert.deepEqual(scheduler.accounts(), fresh.accounts());
        for (const probe of [...probes, ...history.map(({ vm: spec }) => spec)]) {
          const asked = { ...probe, key: `probe-${probe.key}` };
          assert.deepEqual(scheduler.place(asked), fresh.place(asked));
          assert.deepEqual(scheduler.explain(asked), fresh.explain(asked));
        }
        assert.deepEqual(scheduler.sizes(), fresh.sizes());
      }),
    );
  });
});
