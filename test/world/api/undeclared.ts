/**
 * What server-side apply does not take: fields that the schema has not, and keys that stand twice.
 */
import { isObject } from './json';
import type { TypeNode } from './typed';
import { elementText } from './fields';
import { UNTYPED, itemKey } from './typed';

/** In the words of structured-merge-diff; undefined where all is well. */
export function notTyped(value: unknown, type: TypeNode, path = ''): string | undefined {
  if (Array.isArray(value)) return listNotTyped(value, type, path);
  if (!isObject(value)) return undefined;
  const isOpen = Object.keys(type.fields).length === 0 && type.values === undefined;
  if (isOpen) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const innerType = type.fields[name] ?? type.values;
    if (innerType === undefined) return `${path}.${name}: field not declared in schema`;
    const why = notTyped(inner, innerType, `${path}.${name}`);
    if (why !== undefined) return why;
  }
  return undefined;
}

function listNotTyped(list: readonly unknown[], type: TypeNode, path: string): string | undefined {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const key = itemKey(item, type);
    if (type.list !== undefined && seen.has(key)) return `${path}: duplicate entries for key ${elementText(key)}`;
    seen.add(key);
    const at = type.list === undefined ? `${path}[${index}]` : `${path}${elementText(key)}`;
    const why = type.items === undefined ? undefined : notTyped(item, type.items, at);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Where a null stands that the schema does not allow: none of ours allows any. */
export function nullsIn(value: unknown, type: TypeNode, path: string): { field: string; type: string }[] {
  if (value === null) return [{ field: path, type: type.items === undefined ? 'object' : 'array' }];
  if (Array.isArray(value)) return value.flatMap((one, n) => nullsIn(one, type.items ?? type, `${path}[${n}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    nullsIn(inner, type.fields[name] ?? type.values ?? UNTYPED, `${path}.${name}`),
  );
}
