import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { intern, internStrings } from '../../common/intern';

describe('one copy of equal strings', () => {
  it('changes no document', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        deepEqual(internStrings(JSON.parse(text)), JSON.parse(text));
      }),
    );
  });

  it('keeps every text, whatever property names it is like', () => {
    for (const text of ['', '0', '4294967295', '12345678901', '__proto__', 'constructor', 'h\u00f6lle', '\ud800'])
      equal(intern(text), text);
    const hostile = JSON.parse('{"__proto__": "a text that is long enough", "a": {"__proto__": null}}') as object;
    equal(JSON.stringify(internStrings(hostile)), '{"__proto__":"a text that is long enough","a":{"__proto__":null}}');
  });
});
