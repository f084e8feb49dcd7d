/** Plain JSON that nobody changes in place: what the model of the API server is made of. */

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isEmptyObject = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  return Object.keys(value).length === 0;
};

/** The part of that name, where `value` is an object and has it. */
export const partOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** Without that field; the same object where it was not there. */
export function without<T extends object>(object: T, name: string): T {
  if (!(name in object)) return object;
  const { [name as keyof T]: _, ...rest } = object;
  return rest as T;
}

/** What JSON would carry of it: undefined is dropped. Shares all that needs no change. */
export function asSent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => (item === undefined ? null : asSent(item)));
    return items.every((item, n) => item === value[n]) ? value : items;
  }
  let changed: Record<string, unknown> | undefined;
  for (const [key, inner] of Object.entries(value)) {
    const sent = asSent(inner);
    if (sent === inner && inner !== undefined) continue;
    changed ??= { ...value };
    if (sent === undefined) delete changed[key];
    else changed[key] = sent;
  }
  return changed ?? value;
}

/** Deep equality of JSON; quick where parts are shared. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, n) => isSame(item, b[n]));
  }
  if (Array.isArray(b)) return false;
  let keys = 0;
  for (const key in a) {
    keys += 1;
    if (!(key in b) || !isSame((a as Json)[key], (b as Json)[key])) return false;
  }
  return keys === Object.keys(b).length;
}

/** For debugging: whoever changes it hears of it. */
export function frozenDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozenDeep(inner);
  }
  return value;
}

/** RFC 7386: null removes, objects are merged, all else is replaced. */
export function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatched(result[key], value);
  }
  return result;
}
