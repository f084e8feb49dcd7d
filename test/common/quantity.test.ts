import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as fc from 'fast-check';
import { QuantityError, formatQuantity, parseBytes, parseQuantity } from '../../common/quantity';

const TABLE: [string | number, bigint][] = [
  ['16Gi', 17179869184n],
  ['0.5Gi', 536870912n],
  ['.5Gi', 536870912n],
  ['500M', 500000000n],
  ['500Mi', 524288000n],
  ['1e3', 1000n],
  ['1E3', 1000n],
  ['1.5e3', 1500n],
  ['1E', 1000000000000000000n],
  ['1Ei', 1152921504606846976n],
  ['1k', 1000n],
  ['100m', 1n],
  ['1500m', 2n],
  ['12e-1', 2n],
  ['0', 0n],
  ['-0', 0n],
  ['+7', 7n],
  ['-1500m', -2n],
  ['1.', 1n],
  [4096, 4096n],
];
const BAD = ['', ' 1Gi', '1Gi ', '1 Gi', '1GiB', '1gi', '1K', '1e', '0x10', 'NaN', '1,5Gi', '1.2.3', '9'.repeat(65)];
/**
 * Made by `go run ./quantities` in test/control-plane: the answers of Kubernetes' own
 * ParseQuantity.
 */
const CORPUS = readFileSync(join(__dirname, 'quantities.txt'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [text: string, answer: string]);

const answer = (text: string): string => {
  try {
    return String(parseQuantity(text));
  } catch (error) {
    assert.ok(error instanceof QuantityError);
    return 'refused';
  }
};

describe('quantities', () => {
  for (const [text, value] of TABLE) it(`reads ${text}`, () => assert.equal(parseQuantity(text), value));
  for (const text of BAD) {
    it(`refuses "${text.slice(0, 20)}" and says how to write it`, () => {
      assert.throws(
        () => parseQuantity(text),
        (error) => error instanceof QuantityError && /write for example/.test(error.message),
      );
    });
  }

  it('reads all that Kubernetes reads, and nothing else', () => {
    assert.ok(CORPUS.length > 500);
    assert.deepEqual(
      CORPUS.map(([text]) => [text, answer(text)]),
      CORPUS,
    );
  });

  it('reads an exponent of any size as quickly as a small one', () => {
    for (const text of ['1e-30000000', '1e-2147483648', '1e2147483647', '0e2147483647', '0.1e-2147483647']) {
      assert.match(answer(text), /^(0|1|9223372036854775807)$/);
    }
  });

  it('never fails in another way, whatever it is given', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.]{0,30}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,25}$/));
    fc.assert(fc.property(texts, (text) => answer(text) !== ''));
  });

  it('has no byte counts that a number cannot hold', () => {
    assert.throws(() => parseBytes('8Pi'), /more than 8191Ti/);
    assert.throws(() => parseBytes('1e999'), /more than 8191Ti/);
    assert.throws(() => parseBytes('-1'), /negative/);
    assert.equal(parseBytes('4Pi'), 2 ** 52);
    assert.ok(Number.isSafeInteger(parseBytes('8191Ti')));
  });

  it('keeps to the bounds of a field, and names them', () => {
    const bounds = { min: '8Mi', max: '8Ti' };
    assert.throws(() => parseBytes('7Mi', bounds), /"7Mi" is not a usable quantity: it is less than 8Mi; write/);
    assert.throws(() => parseBytes('8.1Ti', bounds), /it is more than 8Ti/);
    assert.equal(parseBytes('8Mi', bounds), 8 * 2 ** 20);
    assert.equal(parseBytes('8Ti', bounds), 2 ** 43);
  });

  it('writes the shortest exact form', () => {
    assert.deepEqual([17179869184n, 1536n * 2n ** 20n, 1000, 1024, 0].map(formatQuantity), [
      '16Gi',
      '1536Mi',
      '1000',
      '1Ki',
      '0',
    ]);
  });

  it('round-trips every whole number', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (n) => parseQuantity(formatQuantity(n)) === n));
  });

  it('equals exact decimal arithmetic, rounded up', () => {
    const part = fc.integer({ min: 0, max: 999999 });
    fc.assert(
      fc.property(part, part, fc.constantFrom('Ki', 'Mi', 'Gi'), (whole, millionths, unit) => {
        const factor = { Ki: 10n, Mi: 20n, Gi: 30n }[unit];
        const exact = (BigInt(whole) * 1000000n + BigInt(millionths)) << factor;
        const text = `${whole}.${String(millionths).padStart(6, '0')}${unit}`;
        return parseQuantity(text) === (exact + 999999n) / 1000000n;
      }),
    );
  });
});
