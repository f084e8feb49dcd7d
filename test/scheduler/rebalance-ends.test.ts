/**
 * Rebalancing ends whatever VMs wish of each other. Work is counted, not timed, so that a run
 * without end fails at once.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { after, before, beforeEach, describe, it } from 'mocha';
import { HOSTNAME_KEY, Planner } from '../../scheduler';
import type { HostState, RebalanceOptions, VmSpec } from '../../scheduler';
import { StepFinder } from '../../scheduler/planners/rebalance/steps';
import type { Step } from '../../scheduler/planners/rebalance/steps';
import { arbitraryHosts, arbitraryVms, arbitraryWishes, placed } from './arbitrary';
import { GIB, host, hosts, vm } from './fleet';
import { brokenAffinity, brokenAntiAffinity, overcommitted } from './oracle';

type Fleet = [HostState[], VmSpec[]];

/** Looks for a step of one host in one plan: fleets this small take hundreds. */
const MOST_LOOKS = 20_000;

const taints = fc.constantFrom(
  [],
  [],
  [{ key: 'old', effect: 'PreferNoSchedule' as const }],
  [{ key: 'gpu', effect: 'NoSchedule' as const }],
);
const fleets = fc
  .tuple(arbitraryHosts(5), fc.array(taints, { minLength: 5, maxLength: 5 }))
  .map(([list, marks]) => list.map((one, index): HostState => ({ ...one, taints: marks[index] ?? [] })));

/** Beside the rules that VMs have. */
const softRules = fc.oneof(
  fc.constant({}),
  { weight: 2, arbitrary: arbitraryWishes },
  fc.constantFrom('web', 'db').map((app) => ({
    topologySpread: [
      {
        maxSkew: 1,
        topologyKey: 'rack',
        whenUnsatisfiable: 'ScheduleAnyway' as const,
        labelSelector: { matchLabels: { app } },
      },
    ],
  })),
);

/** Wishes that VMs come to have once they are placed: many are unmet. */
const wishful = fc
  .tuple(placed(fleets, arbitraryVms(25)), fc.array(softRules, { minLength: 25, maxLength: 25 }))
  .map(([[fleet, vms], rules]): Fleet => [fleet, vms.map((spec, index) => wishing(spec, rules[index] ?? {}))]);

function wishing(spec: VmSpec, { affinity, antiAffinity, topologySpread = [] }: Partial<VmSpec>): VmSpec {
  return {
    ...spec,
    affinity: { ...spec.affinity, ...affinity },
    antiAffinity: { ...spec.antiAffinity, ...antiAffinity },
    topologySpread: [...(spec.topologySpread ?? []), ...topologySpread],
  };
}

const options = fc.record(
  {
    objective: fc.constantFrom('balance' as const, 'ganeti' as const),
    minGain: fc.constantFrom(0, 1e-12, 0.01),
    untilScore: fc.constantFrom(0, 0.1),
  },
  { requiredKeys: [] },
);

function near(app: string): Partial<VmSpec> {
  const podAffinityTerm = { labelSelector: { matchLabels: { app } }, topologyKey: HOSTNAME_KEY };
  return { affinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm }] } };
}

const small = { memoryBytes: 2 * GIB };
const uneven = [vm('a', { host: 'h1' }), vm('b', { host: 'h1' }), vm('c', { host: 'h2', ...small })];
const fan = [
  vm('fan', { host: 'h1', ...near('web') }),
  vm('other', { host: 'h1' }),
  vm('web', { host: 'h2', labels: { app: 'web' }, ...small }),
];
const CASES: Readonly<Record<string, { fleet: HostState[]; vms: VmSpec[]; options?: RebalanceOptions }>> = {
  'a VM wishes to be near one that does better elsewhere': {
    fleet: hosts(3, () => ({ totalBytes: 32 * GIB })),
    vms: fan,
  },
  'a step need gain nothing': { fleet: hosts(3), vms: uneven, options: { minGain: 0 } },
  'a host has no CPUs': { fleet: [...hosts(2), host('h3', { cpus: 0, dom0Vcpus: 0 })], vms: uneven },
  'a host has no memory': {
    fleet: [...hosts(2), host('h3', { totalBytes: 0, dom0Bytes: 0 })],
    vms: uneven,
    options: { objective: 'ganeti' },
  },
};

describe('rebalancing ends', () => {
  const finder: { best: (this: StepFinder, seeker: number) => Step | undefined } = StepFinder.prototype;
  const { best } = finder;
  let looks = 0;
  before(() => {
    finder.best = function (seeker) {
      if (++looks > MOST_LOOKS) throw new Error('it goes on and on');
      return best.call(this, seeker);
    };
  });
  beforeEach(() => (looks = 0));
  after(() => (finder.best = best));

  for (const [what, { fleet, vms, options: asked }] of Object.entries(CASES)) {
    it(`where ${what}`, () => void new Planner({ hosts: fleet, vms }).rebalance(asked));
  }

  it('whatever VMs wish, no worse than it began, and obeys every rule', () => {
    let moved = 0;
    fc.assert(
      fc.property(wishful, options, ([fleet, vms], asked) => {
        looks = 0;
        const planner = new Planner({ hosts: fleet, vms });
        const plan = planner.rebalance(asked);
        assert.ok(plan.scoreAfter <= plan.scoreBefore + 1e-9, `${plan.scoreBefore} -> ${plan.scoreAfter}`);
        assert.deepEqual(planner.rebalance(asked), plan, 'the same question gets the same answer');
        const places = new Map(plan.moves.map(({ key, to }) => [key, to]));
        const now = vms.map((spec) => ({ ...spec, host: places.get(spec.key) ?? spec.host ?? '' }));
        const broken = [overcommitted(fleet, now), brokenAntiAffinity(fleet, now), brokenAffinity(fleet, now)];
        assert.deepEqual(broken, [[], [], []]);
        moved += plan.moves.length;
      }),
    );
    assert.ok(moved > 20, `${moved} moves: the property says little`);
  });
});
