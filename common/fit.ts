/** Cuts what was measured to what a schema admits. Pure. */
import type { Bounds } from '../crds/generated/bounds';

/**
 * The same value with its texts cut and its numbers moved into their bounds: a status that says a
 * little less is better than one that is refused whole. Lists keep their length, for what may be
 * left out of them is for their maker to say.
 */
export function fit<T>(value: T, bounds: Bounds): T {
  return fitted(value, bounds) as T;
}

function fitted(value: unknown, { text, least, most, each, fields }: Bounds): unknown {
  if (typeof value === 'string') return text === undefined ? value : value.slice(0, text);
  if (typeof value === 'number') return Math.min(most ?? value, Math.max(least ?? value, value));
  if (Array.isArray(value)) return each === undefined ? value : value.map((item) => fitted(item, each));
  if (typeof value !== 'object' || value === null || fields === undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fitted(inner, fields[name] ?? {})]));
}
