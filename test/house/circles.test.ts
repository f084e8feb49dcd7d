import { deepEqual } from 'node:assert/strict';
import { circles } from './circles';
import type { Import } from './sources';

describe('import circles', () => {
  it('are found, whatever their length', () => {
    const lines = (...pairs: [string, string][]): Import[] => pairs.map(([file, target]) => ({ file, target }));
    const some = lines(['b.ts', 'a'], ['a.ts', 'c'], ['c.ts', 'b'], ['c.ts', 'd'], ['d.ts', 'd'], ['e.ts', 'a']);
    deepEqual(circles(some, ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts']), ['a.ts → c.ts → b.ts → a.ts', 'd.ts → d.ts']);
  });
});
