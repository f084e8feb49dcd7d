/** The types of JSON values as the API server tells them apart. */
import type { ValueType } from './schema';
import { isList, isObject } from './types';
import type { Json } from './types';

/** What 64 bits hold is an integer to the API server, what is beyond a float. */
const BEYOND = 2 ** 63;
const isInteger = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < BEYOND;

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'number') return isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

export function isOfType(value: Json, type: ValueType): boolean {
  switch (type) {
    case 'integer':
      return typeof value === 'number' && isInteger(value);
    case 'array':
      return isList(value);
    case 'object':
      return isObject(value);
    default:
      return typeof value === type;
  }
}
