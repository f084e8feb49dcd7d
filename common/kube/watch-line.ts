/** One line of a watch stream, read with distrust. */
import { internStrings } from '../intern';
import { errorOfStatusObject } from './status';
import type { KubeError } from './errors';
import type { KubeObject } from './types';

export type WatchLine<T> =
  | { readonly type: 'apply' | 'delete'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly error: KubeError }
  | { readonly type: 'unreadable'; readonly why: string };

const TYPES: ReadonlyMap<unknown, 'apply' | 'delete' | 'bookmark'> = new Map([
  ['ADDED', 'apply'],
  ['MODIFIED', 'apply'],
  ['DELETED', 'delete'],
  ['BOOKMARK', 'bookmark'],
]);

const unreadable = (what: string, line: string): WatchLine<never> => ({
  type: 'unreadable',
  why: `${what}: ${line.slice(0, 80)}`,
});

function parse(line: string): { readonly type?: unknown; readonly object?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return undefined;
  }
}

export function parseWatchLine<T extends KubeObject>(line: string): WatchLine<T> {
  const parsed = parse(line);
  if (parsed === undefined) return unreadable('no JSON', line);
  if (parsed.type === 'ERROR') return { type: 'error', error: errorOfStatusObject('watch', parsed.object) };
  const type = TYPES.get(parsed.type);
  const object = parsed.object as T | undefined;
  const resourceVersion = object?.metadata?.resourceVersion;
  if (type === undefined || object === undefined || resourceVersion === undefined) return unreadable('no event', line);
  return type === 'bookmark' ? { type, resourceVersion } : { type, object, resourceVersion };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Drops what is large and nobody here reads: managedFields, half of an object's memory, and
 * kubectl's copy of what was applied. What is left may be written back. The object is fresh from
 * the parser, so it is changed in place. Its metadata is made anew rather than cut: an object with
 * a deleted key becomes a hash table, which takes several times the memory.
 */
export function dropUnread<T extends KubeObject>(object: T): T {
  const { managedFields: _managed, annotations, ...kept } = object.metadata;
  const { [LAST_APPLIED]: _applied, ...others } = annotations ?? {};
  (object as { metadata: T['metadata'] }).metadata =
    annotations === undefined ? kept : { ...kept, annotations: others };
  return internStrings(object);
}

/** Drops every annotation but this one, which somebody here reads. */
export function keepAnnotation(kept: string): <T extends KubeObject>(object: T) => T {
  return (object) => {
    const value = object.metadata.annotations?.[kept];
    dropAnnotations(object);
    if (value === undefined) return object;
    (object as { metadata: KubeObject['metadata'] }).metadata = { ...object.metadata, annotations: { [kept]: value } };
    return object;
  };
}

/**
 * Drops every annotation besides. For kinds that are never written back whole: what is missing
 * would be erased.
 */
export function dropAnnotations<T extends KubeObject>(object: T): T {
  const { annotations: _annotations, managedFields: _managed, ...kept } = object.metadata;
  (object as { metadata: T['metadata'] }).metadata = kept;
  return internStrings(object);
}
