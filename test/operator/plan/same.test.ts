/** Equality of specs, whatever the order of their keys. */
import { equal } from 'node:assert/strict';
import { sameSpec } from '../../../operator/plan/same';

describe('two specs are the same', () => {
  const ROWS: readonly [unknown, unknown, boolean][] = [
    [1, 1, true],
    [1, 2, false],
    ['a', { 0: 'a' }, false],
    [{ 0: 'a' }, 'a', false],
    ['', {}, false],
    [{}, '', false],
    [null, null, true],
    [null, {}, false],
    [{}, null, false],
    [[], {}, false],
    [['a'], { 0: 'a' }, false],
    [['a', 'b'], ['b', 'a'], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1, b: 2 }, { a: 1, c: 2 }, false],
    [{ a: { b: [1] } }, { a: { b: [1] } }, true],
    [{ a: { b: [1] } }, { a: { b: [2] } }, false],
  ];
  for (const [a, b, expected] of ROWS)
    it(`${JSON.stringify(a)} and ${JSON.stringify(b)}: ${expected}`, () => equal(sameSpec(a, b), expected));
});
