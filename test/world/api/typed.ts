/**
 * Values by schema, as server-side apply sees them: which fields there are, differ, merge and go.
 */
import { isObject, isSame, isEmptyObject } from './json';
import type { Json } from './json';
import { FieldNode } from './fields';

export interface TypeNode {
  readonly fields: Readonly<Record<string, TypeNode>>;
  readonly items?: TypeNode;
  readonly values?: TypeNode;
  readonly isAtomic: boolean;
  /** Of a list; atomic where absent. */
  readonly list?: 'set' | 'map';
  readonly keys: readonly string[];
}

export const UNTYPED: TypeNode = { fields: {}, isAtomic: false, keys: [] };

export function typeOf(schema: unknown): TypeNode {
  if (!isObject(schema)) return UNTYPED;
  const properties = isObject(schema.properties) ? schema.properties : {};
  const fields = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, typeOf(inner)]));
  const list = schema['x-kubernetes-list-type'];
  return {
    fields,
    isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
    keys: (schema['x-kubernetes-list-map-keys'] ?? []) as string[],
    ...(schema.items !== undefined && { items: typeOf(schema.items) }),
    ...(isObject(schema.additionalProperties) && { values: typeOf(schema.additionalProperties) }),
    ...((list === 'set' || list === 'map') && { list }),
  };
}

export const METADATA = typeOf({
  properties: {
    ...Object.fromEntries(['name', 'namespace', 'uid', 'resourceVersion', 'generateName'].map((name) => [name, {}])),
    labels: { additionalProperties: {} },
    annotations: { additionalProperties: {} },
    finalizers: { items: {}, 'x-kubernetes-list-type': 'set' },
    ownerReferences: { items: {}, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['uid'] },
  },
});

const fieldType = (type: TypeNode, name: string): TypeNode => type.fields[name] ?? type.values ?? UNTYPED;
const isGranular = (value: unknown, type: TypeNode): boolean =>
  Array.isArray(value) ? type.list !== undefined : isObject(value) && !type.isAtomic;

export function itemKey(item: unknown, type: TypeNode): string {
  if (type.list === 'set' || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = [...type.keys].sort().filter((key) => item[key] !== undefined);
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])))}`;
}

/** The children of a granular value, by path element. */
function childrenOf(value: unknown, type: TypeNode): [string, unknown, TypeNode][] {
  if (Array.isArray(value))
    return value.map((item: unknown) => [itemKey(item, type), item, type.items ?? UNTYPED] as const).map((c) => [...c]);
  return isObject(value)
    ? Object.entries(value).map(([name, inner]) => [`f:${name}`, inner, fieldType(type, name)])
    : [];
}

/** Every field that a configuration names. */
export function fieldsOf(value: unknown, type: TypeNode, node = new FieldNode()): FieldNode {
  if (!isGranular(value, type)) {
    node.isOwn = value !== null;
    return node;
  }
  for (const [element, inner, innerType] of childrenOf(value, type)) {
    const child = fieldsOf(inner, innerType, node.child(element));
    const isDeclared = element.startsWith('f:') && type.fields[element.slice(2)] !== undefined;
    if (!isDeclared || inner === null || isEmptyObject(inner)) child.isOwn = true;
  }
  return node;
}

export interface Difference {
  readonly changed: FieldNode;
  readonly removed: FieldNode;
}

/** `changed`: added or modified. */
export function compare(before: unknown, after: unknown, type: TypeNode): Difference {
  const difference = { changed: new FieldNode(), removed: new FieldNode() };
  comparePart(before, after, { type, path: [], difference });
  return difference;
}

interface Place {
  readonly type: TypeNode;
  readonly path: readonly string[];
  readonly difference: Difference;
}

const isHollow = (a: unknown, b: unknown, type: TypeNode): boolean =>
  childrenOf(a, type).length === 0 && childrenOf(b, type).length === 0;

/** Beside an object or a list, null is an empty one. */
const beside = (value: unknown, other: unknown): unknown =>
  value === null && typeof other === 'object' && other !== null ? (Array.isArray(other) ? [] : {}) : value;

function comparePart(lhs: unknown, rhs: unknown, place: Place): void {
  if (lhs === rhs) return;
  const [before, after] = [beside(lhs, rhs), beside(rhs, lhs)];
  const { type, path, difference } = place;
  const [either, other] = after === undefined ? [before, after] : [after, before];
  const isLeaf =
    !isGranular(either, type) || (other !== undefined && !isGranular(other, type)) || isHollow(before, after, type);
  if (before === undefined) difference.changed.insert(path);
  else if (after === undefined) difference.removed.insert(path);
  else if (isLeaf && !isSame(before, after)) difference.changed.insert(path);
  if (isLeaf) return;
  const old = new Map(childrenOf(before, type).map(([element, inner]) => [element, inner]));
  for (const [element, inner, innerType] of childrenOf(after, type)) {
    comparePart(old.get(element), inner, { type: innerType, path: [...path, element], difference });
    old.delete(element);
  }
  for (const [element, inner] of old) {
    const innerType = element.startsWith('f:') ? fieldType(type, element.slice(2)) : (type.items ?? UNTYPED);
    comparePart(inner, undefined, { type: innerType, path: [...path, element], difference });
  }
}

/** The live value with a configuration applied over it. */
export function merged(live: unknown, config: unknown, type: TypeNode): unknown {
  if (config === undefined) return live;
  if (live === undefined || !isGranular(config, type) || !isGranular(live, type)) return config;
  if (Array.isArray(config) && Array.isArray(live)) return mergedLists(live, config, type);
  const result: Record<string, unknown> = { ...(live as Json) };
  for (const [name, inner] of Object.entries(config as Json))
    result[name] = merged(result[name], inner, fieldType(type, name));
  return result;
}

/**
 * As structured-merge-diff does it: an item that both have goes where the configuration wants it,
 * and what only the live list has stays behind what was before it.
 */
function mergedLists(live: readonly unknown[], config: readonly unknown[], type: TypeNode): unknown[] {
  const keysOf = (list: readonly unknown[]): string[] => list.map((item) => itemKey(item, type));
  const [liveKeys, wantedKeys] = [keysOf(live), keysOf(config)];
  const known = new Map(live.map((item, n) => [liveKeys[n], item]));
  const wanted = new Map(config.map((item, n) => [wantedKeys[n], item]));
  const shared = wantedKeys.filter((key) => known.has(key));
  const done = new Set<string>();
  const result: unknown[] = [];
  const take = (key: string): void => {
    result.push(merged(known.get(key), wanted.get(key), type.items ?? UNTYPED));
    done.add(key);
    if (key === shared[0]) shared.shift();
  };
  for (let [at, next] = [0, 0]; at < liveKeys.length || next < wantedKeys.length;) {
    const [mine, theirs] = [liveKeys[at], wantedKeys[next]];
    if (mine !== undefined && mine === theirs) {
      take(mine);
      at += 1;
      next += 1;
      continue;
    }
    if (mine !== undefined && !wanted.has(mine)) {
      result.push(known.get(mine));
      at += 1;
      continue;
    }
    // Both have it, and it is not its turn.
    const isLater = theirs !== undefined && shared[0] !== undefined && shared[0] !== mine;
    if (mine !== undefined && (isLater || done.has(mine))) at += 1;
    if (theirs !== undefined && !(isLater && mine !== undefined)) {
      take(theirs);
      next += 1;
    }
  }
  return result;
}

/**
 * Without the fields that `gone` owns, and all that is below them. As with structured-merge-diff,
 * what is left empty, or was, becomes null.
 */
export function removed(value: unknown, gone: FieldNode, type: TypeNode): unknown {
  if (typeof value !== 'object' || value === null || gone.isEmpty) return value;
  if (!isGranular(value, type)) return null;
  const kept = childrenOf(value, type)
    .filter(([element]) => gone.children.get(element)?.isOwn !== true)
    .map(([element, inner, innerType]) => {
      const below = gone.children.get(element);
      return [element, below === undefined || below.isEmpty ? inner : removed(inner, below, innerType)] as const;
    });
  if (kept.length === 0) return null;
  if (Array.isArray(value)) return kept.map(([, inner]) => inner);
  return Object.fromEntries(kept.map(([element, inner]) => [element.slice(2), inner]));
}

/** The same set, with every declared field above an owned one owned, too. */
export function withParents(set: FieldNode, type: TypeNode): FieldNode {
  const result = new FieldNode(set.isOwn);
  for (const [element, child] of set.children) {
    if (child.isEmpty) continue;
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const inner = withParents(child, name === undefined ? (type.items ?? UNTYPED) : fieldType(type, name));
    if (name !== undefined && type.fields[name] !== undefined) inner.isOwn = true;
    result.children.set(element, inner);
  }
  return result;
}
