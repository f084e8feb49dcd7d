/**
 * What the API server makes of an object as it reads it: fields that the schema does not know are
 * dropped, so are nulls, and what is left out gets its default. What needs no change stays the very
 * same value.
 */
import type { SchemaNode } from './schema';
import { isList, isObject } from './types';
import type { Json, JsonObject } from './types';

/** Of the fields that were dropped, e.g. `spec.disks[0].foo`. */
export type Dropped = string[];

export function coerce(node: SchemaNode, value: Json, path: string, dropped?: Dropped): Json {
  if (isList(value)) return coerceList(node, value, path, dropped);
  if (isObject(value)) return coerceObject(node, value, path, dropped);
  return value;
}

function coerceList(node: SchemaNode, list: readonly Json[], path: string, dropped?: Dropped): Json {
  const { items } = node;
  const each = (item: Json, index: number): Json =>
    items === undefined ? strip(item, `${path}[${index}]`, dropped) : coerce(items, item, `${path}[${index}]`, dropped);
  let changed: Json[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as Json;
    if (typeof item !== 'object' || item === null) continue;
    const coerced = each(item, index);
    if (coerced !== item) (changed ??= [...list])[index] = coerced;
  }
  return changed ?? list;
}

/** Where the schema knows of nothing within. */
function strip(value: Json, path: string, dropped?: Dropped): Json {
  if (isList(value)) return value.map((item, index) => strip(item, `${path}[${index}]`, dropped));
  if (!isObject(value)) return value;
  dropped?.push(...Object.keys(value).map((key) => `${path}.${key}`));
  return {};
}

function coerceObject(node: SchemaNode, object: JsonObject, path: string, dropped?: Dropped): Json {
  let changed: Record<string, Json> | undefined;
  const change = (): Record<string, Json> => (changed ??= { ...object });
  for (const key in object) {
    const part = node.properties.get(key) ?? node.values;
    const value = object[key] as Json;
    if (part === undefined) {
      dropped?.push(path === '' ? key : `${path}.${key}`);
      delete change()[key];
    } else if (value === null) {
      delete change()[key];
    } else if (typeof value === 'object') {
      const coerced = coerce(part, value, path === '' ? key : `${path}.${key}`, dropped);
      if (coerced !== value) change()[key] = coerced;
    }
  }
  for (const [key, part] of node.properties) {
    if (part.byDefault === undefined || (changed ?? object)[key] !== undefined) continue;
    change()[key] = coerce(part, part.byDefault, key);
  }
  return changed ?? object;
}
