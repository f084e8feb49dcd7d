/** A few lives of the world for every change of the code; `make world` lives more. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { live, scenarioOf } from './life';

const LIVES = Number(process.env['XENFLEET_LIVES'] ?? 12);
/** Each run of CI lives the same; another first seed looks elsewhere. */
const FIRST = Number(process.env['XENFLEET_FIRST_SEED'] ?? 1);

describe('a world', function () {
  this.timeout(120_000);

  for (let seed = FIRST; seed < FIRST + LIVES; seed += 1) {
    it(`keeps its rules through the life of seed ${seed}`, async () => {
      const { violations, world } = await live(scenarioOf(seed));
      deepEqual(violations, []);
      // It judged something: guests ran, and the API was written to.
      ok(world.events.some(({ what }) => what === 'running'));
    });
  }

  it('is the same whenever the seed is', async () => {
    const scenario = scenarioOf(FIRST);
    const [first, second] = [await live(scenario), await live(scenario)];
    equal(first.digest, second.digest);
  });
});
