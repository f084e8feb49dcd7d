/**
 * Quantities in CEL. They are compared as exactly as the API server keeps them: in billionths,
 * rounded up, and cut at 2^63 - 1; the product's own parseQuantity rounds to whole units.
 */
import { parseQuantity } from '../../../../common/quantity';

const BILLION = 1_000_000_000n;
const LIMIT = (2n ** 63n - 1n) * BILLION;
const SCALES: Readonly<Record<string, bigint>> = {
  '': BILLION,
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  ...Object.fromEntries(
    ['k', 'M', 'G', 'T', 'P', 'E'].map((unit, index) => [unit, BILLION * 1000n ** BigInt(index + 1)]),
  ),
  ...Object.fromEntries(
    ['K', 'M', 'G', 'T', 'P', 'E'].map((unit, index) => [`${unit}i`, BILLION * 1024n ** BigInt(index + 1)]),
  ),
};

export class CelQuantity {
  constructor(readonly billionths: bigint) {}

  compareTo(other: CelQuantity): bigint {
    if (this.billionths === other.billionths) return 0n;
    return this.billionths < other.billionths ? -1n : 1n;
  }
}

export function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

export function quantity(text: string): CelQuantity {
  parseQuantity(text);
  const [, sign, whole = '', fraction = '', suffix = ''] = /^([+-]?)([0-9]*)\.?([0-9]*)(.*)$/.exec(text) ?? [];
  const scale = SCALES[suffix];
  const exponent = scale === undefined ? Number(suffix.slice(1)) : 0;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const tens = exponent - fraction.length;
  if (digits !== 0n && tens > 30) return new CelQuantity(sign === '-' ? -LIMIT : LIMIT);
  const divisor = tens < 0 ? 10n ** BigInt(Math.min(-tens, 100)) : 1n;
  const scaled = digits * (scale ?? BILLION) * (tens > 0 ? 10n ** BigInt(tens) : 1n);
  const size = (scaled + divisor - 1n) / divisor;
  const cut = size > LIMIT ? LIMIT : size;
  return new CelQuantity(sign === '-' ? -cut : cut);
}
