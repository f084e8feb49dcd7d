/** The model answers every story of the contract as the real API server did. */
import { deepEqual } from 'node:assert/strict';
import { toldByModel } from './contract/by-model';
import { recorded } from './contract/recorded';
import { ROWS } from './contract/rows';

describe('the contract of the API server, by the model', () => {
  for (const [name, story] of Object.entries(ROWS)) {
    it(name, async () => deepEqual(await toldByModel(name, story), recorded()[name]));
  }
});
