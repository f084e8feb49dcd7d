/**
 * Types, bounds and forms of values (kube-openapi: validation/validate), with its messages. They
 * name a field twice: `field` as clients see it, and `path` from the schema's own root, which for a
 * status is the status.
 */
import { invalid, notSupported, required, tooLong, tooMany } from './field-error';
import type { FieldError } from './field-error';
import { isOfType, typeOf } from './json-types';
import type { SchemaNode, ValueType } from './schema';
import { isList, isObject } from './types';
import type { Json } from './types';

export interface Place {
  readonly field: string;
  readonly path: string;
}

const within = ({ field, path }: Place, step: string, name: string): Place => ({
  field: field === '' ? name : `${field}${step}`,
  path: path === '' ? name : `${path}${step}`,
});
const property = (at: Place, name: string): Place => within(at, `.${name}`, name);
const item = ({ field, path }: Place, index: number): Place => ({
  field: `${field}[${index}]`,
  path: `${path}[${index}]`,
});

export function checkValue(node: SchemaNode, value: Json, at: Place, errors: FieldError[]): void {
  checkType(node.types, value, at, errors);
  if (typeof value === 'string') checkText(node, value, at, errors);
  else if (typeof value === 'number') checkNumber(node, value, at, errors);
  else if (isList(value)) checkList(node, value, at, errors);
  if (node.enum !== undefined && !node.enum.includes(value)) {
    errors.push(notSupported(at.field, value, node.enum));
  }
  if (isObject(value)) checkObject(node, value, at, errors);
}

function wrongType(types: string, found: string, at: Place): FieldError {
  const detail = `${at.path} in body must be of type ${types}: ${JSON.stringify(found)}`;
  return { type: 'FieldValueTypeInvalid', field: at.field, value: found, detail };
}

function checkType(types: readonly ValueType[], value: Json, at: Place, errors: FieldError[]): void {
  if (types.some((type) => isOfType(value, type))) return;
  const found = typeOf(value);
  errors.push(wrongType(types.join(','), found, at));
  if (types.length === 1 || value === null) return;
  // An int-or-string is an anyOf as well; of that, the first complaint is told.
  errors.push(
    invalid('', '', `"${at.path}" must validate at least one schema (anyOf)`),
    wrongType('integer', found, at),
  );
}

/** Code points, as Go counts runes. */
const runes = (text: string): number => Array.from(text).length;

function checkText(node: SchemaNode, text: string, at: Place, errors: FieldError[]): void {
  const { minLength, maxLength, pattern, format } = node;
  if (maxLength !== undefined && text.length > maxLength && runes(text) > maxLength) {
    errors.push(tooLong(at.field, maxLength));
  } else if (minLength !== undefined && runes(text) < minLength) {
    errors.push(invalid(at.field, text, `${at.path} in body should be at least ${minLength} chars long`));
  } else if (pattern !== undefined && !pattern.regex.test(text)) {
    errors.push(invalid(at.field, text, `${at.path} in body should match '${pattern.source}'`));
  }
  if (format === 'date-time' && !isDateTime(text)) {
    const detail = `${at.path} in body must be of type date-time: ${JSON.stringify(text)}`;
    errors.push({ type: 'FieldValueTypeInvalid', field: at.field, value: text, detail });
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time);
  const [, hours = '', minutes = '', seconds = ''] = match ?? [];
  return isDate(date) && match !== null && hours <= '23' && minutes <= '59' && seconds <= '59';
}

function checkNumber({ minimum, maximum }: SchemaNode, value: number, at: Place, errors: FieldError[]): void {
  if (maximum !== undefined && value > maximum) {
    errors.push(invalid(at.field, value, `${at.path} in body should be less than or equal to ${maximum}`));
  }
  if (minimum !== undefined && value < minimum) {
    errors.push(invalid(at.field, value, `${at.path} in body should be greater than or equal to ${minimum}`));
  }
}

function checkList(node: SchemaNode, list: readonly Json[], at: Place, errors: FieldError[]): void {
  const { items, minItems, maxItems } = node;
  if (items !== undefined) list.forEach((one, index) => checkValue(items, one, item(at, index), errors));
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalid(at.field, list.length, `${at.path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(at.field, list.length, maxItems));
}

function checkObject(node: SchemaNode, object: Readonly<Record<string, Json>>, at: Place, errors: FieldError[]): void {
  const { maxProperties, values, properties, required: needed } = node;
  if (maxProperties !== undefined) {
    const count = Object.keys(object).length;
    if (count > maxProperties) errors.push(tooMany(at.field, count, maxProperties));
  }
  for (const name in object) {
    const part = properties.get(name) ?? values;
    if (part !== undefined) checkValue(part, object[name] as Json, property(at, name), errors);
  }
  for (const name of needed) {
    if (object[name] === undefined) errors.push(required(property(at, name).field));
  }
}
