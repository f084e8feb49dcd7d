/** Kubernetes quantities ("16Gi", "0.5Gi", "500M", "1e3"), exact by BigInt: no float ever touches a byte count. */

const EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const SHIFTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d{1,3})|([A-Za-z]*))$/;
const MAX_LENGTH = 64;

export class QuantityError extends Error {
  constructor(text: string, why: string) {
    super(`"${text.slice(0, MAX_LENGTH)}" is not a quantity: ${why}; write for example 16Gi, 512Mi, 500M or 1000`);
    this.name = 'QuantityError';
  }
}

/** Ratio of two BigInts that a suffix stands for. */
function scaleOf(text: string, exponent: string | undefined, suffix: string): { times: bigint; over: bigint } {
  const shift = SHIFTS[suffix];
  if (shift !== undefined) return { times: 1n << BigInt(shift), over: 1n };
  const power = exponent === undefined ? EXPONENTS[suffix] : Number(exponent.slice(1));
  if (power === undefined) throw new QuantityError(text, `the unit "${suffix}" is unknown`);
  if (Math.abs(power) > 30) throw new QuantityError(text, 'the exponent is out of range');
  return power >= 0 ? { times: 10n ** BigInt(power), over: 1n } : { times: 1n, over: 10n ** BigInt(-power) };
}

/** The whole units of a quantity; a fraction is rounded away from zero, as Kubernetes does. */
export function parseQuantity(input: string | number): bigint {
  const text = String(input);
  const match = text.length <= MAX_LENGTH ? PATTERN.exec(text) : null;
  if (!match) throw new QuantityError(text, 'it must be digits with an optional unit');
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  if (whole + fraction === '') throw new QuantityError(text, 'it has no digits');
  const { times, over } = scaleOf(text, exponent, suffix);
  const numerator = BigInt(whole + fraction) * times;
  const denominator = over * 10n ** BigInt(fraction.length);
  const magnitude = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -magnitude : magnitude;
}

/** A quantity of bytes as a number: not negative, and small enough to be exact. */
export function parseBytes(input: string | number): number {
  const bytes = parseQuantity(input);
  if (bytes < 0n) throw new QuantityError(String(input), 'it is negative');
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw new QuantityError(String(input), 'it is more than 8Pi');
  return Number(bytes);
}

/** The shortest exact binary form: 17179869184 -> "16Gi", 1000 -> "1000". parseQuantity gives the same number back. */
export function formatQuantity(units: bigint | number): string {
  const value = BigInt(units);
  if (value === 0n) return '0';
  const [suffix, shift] = Object.entries(SHIFTS).findLast(([, bits]) => value % (1n << BigInt(bits)) === 0n) ?? ['', 0];
  return `${value >> BigInt(shift)}${suffix}`;
}
