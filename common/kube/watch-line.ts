/** One line of a watch stream, read with distrust. */
import { errorOfStatusObject } from './status';
import type { KubeError } from './errors';
import type { KubeObject } from './types';

export type WatchLine<T> =
  | { readonly type: 'apply' | 'delete'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly error: KubeError }
  | { readonly type: 'unreadable'; readonly why: string };

const TYPE_OF: Readonly<Record<string, 'apply' | 'delete' | 'bookmark'>> = {
  ADDED: 'apply',
  MODIFIED: 'apply',
  DELETED: 'delete',
  BOOKMARK: 'bookmark',
};

export function parseWatchLine<T extends KubeObject>(line: string): WatchLine<T> {
  let parsed: { type?: unknown; object?: unknown } | null;
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    return { type: 'unreadable', why: `no JSON: ${line.slice(0, 80)}` };
  }
  if (parsed?.type === 'ERROR') return { type: 'error', error: errorOfStatusObject('watch', parsed.object) };
  const type = typeof parsed?.type === 'string' ? TYPE_OF[parsed.type] : undefined;
  const object = parsed?.object as T | undefined;
  const resourceVersion = object?.metadata?.resourceVersion;
  if (type === undefined || object === undefined || resourceVersion === undefined) {
    return { type: 'unreadable', why: `no watch event: ${line.slice(0, 80)}` };
  }
  return type === 'bookmark' ? { type, resourceVersion } : { type, object, resourceVersion };
}

/** Drops managedFields: half of an object's memory, and nobody here reads them. The object is fresh from the parser, so it is changed in place. */
export function dropManagedFields<T extends KubeObject>(object: T): T {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}
