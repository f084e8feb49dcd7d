/**
 * Kubernetes quantities ("16Gi", "0.5Gi", "500M", "1e3"), exact by BigInt: no float ever touches a
 * byte count. Reads what the API server reads, since what it admits arrives here;
 * `test/common/quantities.txt` holds its own answers. Cheap for any text, however large the
 * exponent.
 */

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
const PATTERN = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)$/;
const MAX_LENGTH = 64;
/** Kubernetes' own bound of a quantity; nothing is further from zero. */
const MAX_UNITS = 2n ** 63n - 1n;
/**
 * 10 to the power of this is above that bound, and of minus this below one unit, whatever digits
 * fit into a text.
 */
const POWER_LIMIT = MAX_LENGTH + 20;

export class QuantityError extends Error {
  constructor(text: string, why: string) {
    super(
      `"${text.slice(0, MAX_LENGTH)}" is not a usable quantity: ${why}; write for example 16Gi, 512Mi, 500M or 1000`,
    );
    this.name = 'QuantityError';
  }
}

interface Scale {
  readonly base: 2 | 10;
  readonly power: number;
}

/**
 * What a suffix multiplies by. The API server keeps an exponent in 32 bits: what is beyond them
 * wraps around, and so it does here.
 */
function scaleOf(text: string, suffix: string): Scale {
  const shift = SHIFTS[suffix];
  if (shift !== undefined) return { base: 2, power: shift };
  const known = EXPONENTS[suffix];
  if (known !== undefined) return { base: 10, power: known };
  if (!/^[eE][+-]?[0-9]+$/.test(suffix)) throw new QuantityError(text, `the unit "${suffix}" is unknown`);
  const exponent = BigInt(suffix.slice(1).replace('+', ''));
  if (exponent !== BigInt.asIntN(64, exponent)) throw new QuantityError(text, 'the exponent is out of range');
  return { base: 10, power: Number(BigInt.asIntN(32, exponent)) };
}

/**
 * The API server reads a suffix without digits as zero of its unit, except where the unit is very
 * large or very small.
 */
function isReadWithoutDigits({ base, power }: Scale): boolean {
  return base === 2 ? power <= 40 : power >= -9;
}

/** `digits` times the scale, divided by 10 to the power of `decimals`, rounded up. Not negative. */
function magnitudeOf(digits: bigint, decimals: number, { base, power }: Scale): bigint {
  if (digits === 0n) return 0n;
  const tens = (base === 10 ? power : 0) - decimals;
  if (tens > POWER_LIMIT) return MAX_UNITS;
  if (tens < -2 * POWER_LIMIT) return 1n;
  const shifted = base === 2 ? digits << BigInt(power) : digits;
  const divisor = 10n ** BigInt(Math.max(0, -tens));
  const units = (shifted * 10n ** BigInt(Math.max(0, tens)) + divisor - 1n) / divisor;
  return units > MAX_UNITS ? MAX_UNITS : units;
}

/**
 * The whole units of a quantity, -(2^63 - 1) to 2^63 - 1. As in Kubernetes, a fraction is rounded
 * away from zero and what is beyond is cut.
 */
export function parseQuantity(input: string | number): bigint {
  const text = String(input);
  const match = text !== '' && text.length <= MAX_LENGTH ? PATTERN.exec(text) : null;
  if (!match) throw new QuantityError(text, 'it must be digits with an optional unit');
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const scale = scaleOf(text, suffix);
  const digits = whole + fraction;
  if (digits === '' && !isReadWithoutDigits(scale)) throw new QuantityError(text, 'it has no digits');
  const magnitude = magnitudeOf(BigInt(digits), fraction.length, scale);
  return sign === '-' ? -magnitude : magnitude;
}

/** Bounds as people write them, both included. */
export interface QuantityBounds {
  readonly min: string;
  readonly max: string;
}

/** What a number holds exactly. */
const EXACT: QuantityBounds = { min: '0', max: '8191Ti' };

/** A quantity of bytes as a number, within bounds that a number holds exactly. */
export function parseBytes(input: string | number, { min, max }: QuantityBounds = EXACT): number {
  const bytes = parseQuantity(input);
  if (bytes < 0n) throw new QuantityError(String(input), 'it is negative');
  if (bytes < parseQuantity(min)) throw new QuantityError(String(input), `it is less than ${min}`);
  if (bytes > parseQuantity(max)) throw new QuantityError(String(input), `it is more than ${max}`);
  return Number(bytes);
}

/**
 * The shortest exact binary form: 17179869184 -> "16Gi", 1000 -> "1000". parseQuantity gives the
 * same number back.
 */
export function formatQuantity(units: bigint | number): string {
  const value = BigInt(units);
  if (value === 0n) return '0';
  const [suffix, shift] = Object.entries(SHIFTS).findLast(([, bits]) => value % (1n << BigInt(bits)) === 0n) ?? ['', 0];
  return `${value >> BigInt(shift)}${suffix}`;
}
