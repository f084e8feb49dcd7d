/**
 * Lists that are sets, or maps by some of their fields, hold nothing twice (apiextensions:
 * schema/listtype).
 */
import { duplicate, invalid } from './field-error';
import type { FieldError } from './field-error';
import { goJson } from './go-text';
import type { SchemaNode } from './schema';
import { isList, isObject } from './types';
import type { Json, JsonObject } from './types';

export function checkListTypes(node: SchemaNode, value: Json | undefined, path: string, errors: FieldError[]): void {
  if (!node.within.listTypes || value === undefined) return;
  if (isList(value)) {
    if (node.listType === 'set') checkTwice(value, path, errors);
    if (node.listType === 'map') checkKeys(node, value, path, errors);
    const { items } = node;
    if (items !== undefined) value.forEach((item, index) => checkListTypes(items, item, `${path}[${index}]`, errors));
    return;
  }
  if (!isObject(value)) return;
  for (const key in value) {
    const part = node.properties.get(key);
    if (part !== undefined) checkListTypes(part, value[key], path === '' ? key : `${path}.${key}`, errors);
    else if (node.values !== undefined) checkListTypes(node.values, value[key], `${path}[${key}]`, errors);
  }
}

/** Tells the second of its like, and no further one. */
function checkTwice(list: readonly Json[], path: string, errors: FieldError[]): void {
  if (list.length < 2) return;
  const seen = new Map<Json, number>();
  list.forEach((item, index) => {
    const key = typeof item === 'object' ? goJson(item) : item;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    if (times === 1) errors.push(duplicate(`${path}[${index}]`, item));
  });
}

function checkKeys(node: SchemaNode, list: readonly Json[], path: string, errors: FieldError[]): void {
  const strange = list.findIndex((item) => item !== null && !isObject(item));
  if (strange >= 0) {
    const words = 'must be an object for an array of list-type map';
    errors.push(invalid(`${path}[${strange}]`, list[strange], words));
    return;
  }
  checkTwice(
    list.map((item) => keysOf(node, item as JsonObject | null)),
    path,
    errors,
  );
}

function keysOf({ listKeys }: SchemaNode, item: JsonObject | null): JsonObject {
  const present = listKeys.filter((key) => item?.[key] !== undefined);
  return Object.fromEntries(present.map((key) => [key, item?.[key] as Json]));
}
