/** URL paths of kinds and objects. */
import type { ObjectRef, ResourceType } from './types';

/**
 * A name that would change the path's meaning is a programming error or an attack; the server
 * allows none of these.
 */
function segment(text: string, what: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text))
    throw new RangeError(`not a ${what}: "${text}"`);
  return encodeURIComponent(text);
}

/** The path of a kind's list. Without a namespace: everywhere. */
export function listPath(type: ResourceType, namespace?: string): string {
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  if (namespace === undefined) return `${base}/${type.plural}`;
  if (!type.namespaced) throw new RangeError(`${type.kind} has no namespace`);
  return `${base}/namespaces/${segment(namespace, 'namespace')}/${type.plural}`;
}

export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && ref.namespace === undefined)
    throw new RangeError(`${type.kind} ${ref.name} needs a namespace`);
  const path = `${listPath(type, ref.namespace)}/${segment(ref.name, 'name')}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** For metrics: `xenvms`, `xenvms/status`. */
export const resourceLabel = (type: ResourceType, subresource?: string): string =>
  subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
