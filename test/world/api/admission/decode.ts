/**
 * What is read of the metadata of any object: fields that there are, of the type that they have.
 */
import type { Json, JsonObject } from './types';
import { isList, isObject } from './types';

type Shape = 'string' | 'integer' | 'texts' | 'map' | 'list';

const FIELDS: Readonly<Record<string, Shape>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'integer',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'integer',
  labels: 'map',
  annotations: 'map',
  ownerReferences: 'list',
  finalizers: 'texts',
  managedFields: 'list',
};

const isText = (value: Json): boolean => typeof value === 'string' || value === null;

function hasShape(value: Json, shape: Shape): boolean {
  switch (shape) {
    case 'string':
      return isText(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'texts':
      return isList(value) && value.every(isText);
    case 'map':
      return isObject(value) && Object.values(value).every(isText);
    case 'list':
      return isList(value);
  }
}

const isEmpty = (value: Json, shape: Shape): boolean =>
  value === null || (shape !== 'integer' && Object.keys(value).length === 0);

const GO_TYPES: Readonly<Record<Shape, string>> = {
  string: 'string',
  integer: 'int64',
  texts: 'string',
  map: 'string',
  list: '[]interface {}',
};

function malformedText(key: string, value: Json, shape: Shape): string {
  const inner = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  const found = (shape === 'map' || shape === 'texts' ? inner.find((one) => !isText(one)) : value) as Json;
  const word = isList(found) ? 'array' : typeof found === 'boolean' ? 'bool' : typeof found;
  return `json: cannot unmarshal ${word} into Go struct field ObjectMeta.${key} of type ${GO_TYPES[shape]}`;
}

export interface Read {
  readonly metadata: JsonObject;
  /** What is wrong with the first field that is not of its type. */
  readonly malformed?: string;
}

/** Drops what is unknown or empty; the very same value where nothing is. */
export function readMetadata(metadata: JsonObject, dropped?: string[]): Read {
  let changed: Record<string, Json> | undefined;
  for (const key in metadata) {
    const value = metadata[key] as Json;
    const shape = FIELDS[key];
    if (shape === undefined) dropped?.push(`metadata.${key}`);
    else if (value !== null && !hasShape(value, shape))
      return { metadata, malformed: malformedText(key, value, shape) };
    if (shape === undefined || isEmpty(value, shape)) delete (changed ??= { ...metadata })[key];
  }
  return { metadata: changed ?? metadata };
}
