/** Stories of faults that once were, and plants that must still fit the code. */
import { deepEqual, ok } from 'node:assert/strict';
import { live } from './life';
import { plantedSources } from './planting';
import { PLANTS } from './plants/index';
import { readStories } from './story';

describe('the story of a fault', function () {
  this.timeout(120_000);

  for (const story of readStories())
    it(`goes well now: ${story.plant}`, async () => deepEqual((await live(story)).violations, []));
});

describe('a planted fault', () => {
  for (const [name, edits] of Object.entries(PLANTS))
    it(`changes code that is there: ${name}`, () => ok(plantedSources(edits).size > 0));
});
