/** Who manages which fields: metadata.managedFields, kept as the real server keeps them. */
import type { KubeObject } from '../../../common/kube/types';
import { apiVersionOf } from '../../../common/kube/types';
import { FieldNode } from './fields';
import { without, type Json } from './json';
import type { Kind } from './kinds';
import { refusal } from './refusals';
import { compare, fieldsOf, merged, removed, withParents } from './typed';
import type { TypeNode } from './typed';

interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly set: FieldNode;
}
type Managers = ReadonlyMap<string, Manager>;

export interface Author {
  readonly manager: string;
  readonly subresource?: 'status';
  readonly wallMs: number;
}

const idOf = ({ manager, operation, subresource = '' }: Omit<Manager, 'set'>): string =>
  `${operation} ${manager} ${subresource}`;
const decodedBefore = new WeakMap<object, Managers>();

function decoded(fields: readonly unknown[] | undefined): Managers {
  if (fields === undefined) return new Map();
  const known = decodedBefore.get(fields);
  if (known !== undefined) return known;
  const managers = new Map<string, Manager>();
  for (const entry of fields as readonly (Omit<Manager, 'set'> & { fieldsV1: unknown })[]) {
    const { fieldsV1, ...rest } = entry;
    if (rest.manager !== undefined) managers.set(idOf(rest), { ...rest, set: FieldNode.fromJson(fieldsV1) });
  }
  decodedBefore.set(fields, managers);
  return managers;
}

function encoded(managers: Managers): readonly unknown[] {
  const list = [...managers.values()].filter(({ set }) => !set.isEmpty);
  const key = (m: Manager): string => `${m.operation} ${m.time ?? ''} ${m.manager} ${m.subresource ?? ''}`;
  list.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const fields = list.map(({ set, ...rest }) => ({ ...rest, fieldsType: 'FieldsV1', fieldsV1: set.toJson() }));
  decodedBefore.set(fields, new Map(list.map((manager) => [idOf(manager), manager])));
  return fields;
}

const SYSTEM = ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields'];

function unowned(set: FieldNode): FieldNode {
  const system = new FieldNode();
  for (const name of [...SYSTEM, 'resourceVersion']) system.insert(['f:metadata', `f:${name}`]);
  system.insert(['f:metadata']);
  return set.difference(system);
}

/** Without fields that nobody owns, or that this endpoint leaves as they were. */
function stripped(set: FieldNode, kind: Kind, subresource: 'status' | undefined): FieldNode {
  const rest = set.except('f:apiVersion').except('f:kind');
  if (subresource === 'status') return unowned(rest.except('f:spec'));
  const own = unowned(rest);
  return kind.hasStatus ? own.except('f:status') : own;
}

export const isoSeconds = (wallMs: number): string => `${new Date(wallMs).toISOString().slice(0, 19)}Z`;

const self = (kind: Kind, author: Author, operation: 'Apply' | 'Update'): Omit<Manager, 'set'> => ({
  manager: author.manager,
  operation,
  apiVersion: apiVersionOf(kind.type),
  time: isoSeconds(author.wallMs),
  ...(author.subresource && { subresource: author.subresource }),
});

/** managedFields after an update from `live` (undefined at a creation) to `next`. */
export function afterUpdate(
  kind: Kind,
  live: KubeObject | undefined,
  next: KubeObject,
  author: Author,
): readonly unknown[] | undefined {
  const known = next.metadata.managedFields ?? live?.metadata.managedFields;
  const { changed, removed: gone } = compare(live ?? kind.blank, next, kind.schema);
  const [took, lost] = [changed, gone].map((set) => stripped(set, kind, author.subresource));
  if (took === undefined || lost === undefined || (took.isEmpty && lost.isEmpty)) return known;
  const managers = new Map(decoded(known));
  for (const [id, manager] of managers) {
    managers.set(id, { ...manager, set: manager.set.difference(took).difference(lost) });
  }
  const me = self(kind, author, 'Update');
  if (!took.isEmpty) managers.set(idOf(me), { ...me, set: took.union(managers.get(idOf(me))?.set) });
  return encoded(managers);
}

/** The object after a server-side apply of `config` over `live` (`{}` where there is none). */
export function applied(
  kind: Kind,
  live: Json,
  config: Json,
  { author, force }: { readonly author: Author; readonly force: boolean },
): Json {
  const kept = author.subresource === 'status' ? 'spec' : kind.hasStatus ? 'status' : '';
  const wanted = without(config, kept);
  const managers = new Map(decoded((live.metadata as { managedFields?: unknown[] } | undefined)?.managedFields));
  const me = self(kind, author, 'Apply');
  const id = idOf(me);
  const last = managers.get(id);
  const named = fieldsOf(wanted, kind.schema);
  const set = stripped(named, kind, author.subresource);
  const isAsBefore = last !== undefined && last.set.difference(set).isEmpty && set.difference(last.set).isEmpty;
  managers.set(id, { ...me, ...(isAsBefore && last.time !== undefined && { time: last.time }), set });
  let next = merged(live, wanted, kind.schema);
  if (last !== undefined) {
    // Its name is among what is still wanted, although nobody owns it.
    const all = [...managers.values()].reduce((sum, manager) => sum.union(manager.set), named);
    next = pruned(next, last.set, all, kind.schema);
  }
  const { changed, removed: lost } = compare(live, next, kind.schema);
  const conflicts = [...managers].flatMap(([other, manager]) => {
    const both = other === id ? new FieldNode() : manager.set.intersection(changed);
    return both.isEmpty ? [] : [{ manager, both }];
  });
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  for (const [other, manager] of managers) {
    if (other !== id) managers.set(other, { ...manager, set: manager.set.difference(changed).difference(lost) });
  }
  const { metadata } = next as { metadata?: object };
  return { ...(next as Json), metadata: { ...metadata, managedFields: encoded(managers) } };
}

/**
 * Without what was applied last time and nobody owns now, in structured-merge-diff's two steps:
 * the second takes what the first has left without a field in it.
 */
function pruned(whole: unknown, last: FieldNode, all: FieldNode, type: TypeNode): unknown {
  const fields = (value: unknown): FieldNode => withParents(fieldsOf(value, type), type);
  const [before, mine] = [fields(whole), withParents(last, type)];
  const without = fields(removed(whole, mine, type));
  const owned = removed(whole, before.difference(without).difference(withParents(all, type)), type);
  return removed(whole, before.difference(fields(owned)).intersection(mine), type);
}

function applyConflict(conflicts: readonly { readonly manager: Manager; readonly both: FieldNode }[]): Error {
  const causes = conflicts.flatMap(({ manager, both }) => {
    const sub = manager.subresource === undefined ? '' : ` with subresource "${manager.subresource}"`;
    const using = manager.operation === 'Update' ? ` using ${manager.apiVersion}` : '';
    const message = `conflict with "${manager.manager}"${sub}${using}`;
    return both.paths().map((field) => ({ reason: 'FieldManagerConflict', message, field }));
  });
  const list = causes.map(({ message, field }) => `${message}: ${field}`).join(', ');
  const message = `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${list}`;
  return refusal({ code: 409, reason: 'Conflict', message, details: { causes } });
}
