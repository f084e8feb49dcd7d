/**
 * One copy of equal strings. An object is parsed with strings of its own, and a fleet's objects say
 * the same UUIDs, host names, times and messages again and again. Pure.
 */

/** The parser shares shorter ones by itself; longer ones are hardly ever equal. */
const SHORTEST = 11;
const LONGEST = 256;

/**
 * The same text as everybody else's. The engine keeps one string for all property names that are
 * equal, and only for as long as somebody holds it, so there is no table to grow or to clean.
 */
export function intern(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

/** Does so with every value in a parsed document, in place, and returns it. */
export function internStrings<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const inner = fields[key];
    if (typeof inner === 'object') internStrings(inner);
    else if (typeof inner === 'string' && inner.length >= SHORTEST && inner.length <= LONGEST)
      fields[key] = intern(inner);
  }
  return value;
}
