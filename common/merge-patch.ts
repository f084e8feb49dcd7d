/** The merge patch that turns one JSON object into another. Pure. */
import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

/** Undefined if there is no difference. Lists are replaced whole, and what is gone becomes null. */
export function mergePatchOf(before: object | undefined, after: object): Json | undefined {
  const old = (before ?? {}) as Json;
  const wanted = after as Json;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    const difference = differenceOf(old[key], wanted[key]);
    if (difference !== undefined) patch[key] = difference;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function differenceOf(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (after === undefined) return null;
  return isObject(before) && isObject(after) ? mergePatchOf(before, after) : after;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
