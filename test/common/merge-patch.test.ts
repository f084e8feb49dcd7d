import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { mergePatchOf } from '../../common/merge-patch';

/** RFC 7386. */
function apply(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  const result: Record<string, unknown> = base;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = apply(result[key], value);
  }
  return result;
}

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const key = fc.constantFrom('a', 'b', 'c', 'd');
const status = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 3, noNullPrototype: true })), {
  noNullPrototype: true,
});

describe('a merge patch', () => {
  it('of equal objects is none, so nothing is written', () =>
    equal(mergePatchOf({ a: { b: [1] } }, { a: { b: [1] } }), undefined));
  it('takes away what is gone', () =>
    deepEqual(mergePatchOf({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2 } }), { a: null, b: { c: null } }));
  it('makes the one out of the other', () => {
    fc.assert(
      fc.property(status, status, (before, after) => {
        const patch = mergePatchOf(before, after);
        deepEqual(apply(before, patch ?? {}), after);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
