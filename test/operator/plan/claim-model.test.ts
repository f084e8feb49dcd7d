/** The real plan under every disorder that the model can make: never two copies; and when the disorder stops, the declared state. */
import { equal, fail, ok } from 'node:assert/strict';
import { ALL_RULES, FleetModel, type Rules } from './fleet-model';
import { seeded } from '../../seeded';

/** The seed that shows two running copies, or undefined. */
function findTwoCopies(rules: Rules, seeds: number, steps: number): { seed: number; trail: string[] } | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const fleet = new FleetModel(seeded(seed), rules);
    for (let i = 0; i < steps; i++) {
      fleet.step(true);
      if (fleet.running().length > 1) return { seed, trail: fleet.trail };
    }
  }
  return undefined;
}

describe('the claim protocol under disorder', function () {
  this.timeout(120_000);

  it('never runs two copies', () => {
    const found = findTwoCopies(ALL_RULES, 3000, 400);
    if (found) fail(`seed ${found.seed}:\n  ${found.trail.slice(-30).join('\n  ')}`);
  });

  for (const rule of ['receipt', 'hostsFirst', 'resourceVersion'] as const) {
    it(`the model can fail: without ${rule} two copies run`, () => {
      ok(findTwoCopies({ ...ALL_RULES, [rule]: false }, 3000, 400), 'no seed found two copies');
    });
  }

  it('settles once the disorder stops: the declared state, on one host', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const fleet = new FleetModel(seeded(seed));
      for (let i = 0; i < 200; i++) fleet.step(true);
      fleet.calm();
      for (let i = 0; i < 4000; i++) fleet.step(false);
      const { vm } = fleet.api;
      const wanted = vm !== undefined && vm.metadata.deletionTimestamp === undefined && vm.spec.runPolicy === 'Always';
      equal(
        fleet.running().length,
        wanted ? 1 : 0,
        `seed ${seed}: ${JSON.stringify(vm?.status)} ${fleet.trail.slice(-12).join('; ')}`,
      );
      if (wanted) equal(fleet.running()[0], vm.status?.placement?.host, `seed ${seed}`);
    }
  });
});
