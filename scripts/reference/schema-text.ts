/** The type and the bounds of a field, in words. */
import type { Schema } from '../../crds/generate';
import { code } from './markdown';

export function typeText(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  const { type, items, additionalProperties, format } = schema;
  if (type === 'array') return `list of ${typeText(items as Schema)}`;
  if (typeof additionalProperties === 'object') return `map of ${typeText(additionalProperties as Schema)}`;
  return format === 'date-time' ? 'date-time' : String(type);
}

const BETWEEN: readonly (readonly [string, string, string])[] = [
  ['minimum', 'maximum', ''],
  ['minLength', 'maxLength', ' characters'],
  ['minItems', 'maxItems', ' items'],
  ['minProperties', 'maxProperties', ' entries'],
];

/** An upper bound alone is told as "at most". */
function range(schema: Schema, [least, most, unit]: (typeof BETWEEN)[number]): string[] {
  const [from, to] = [schema[least], schema[most]] as (number | undefined)[];
  if (from === undefined && to === undefined) return [];
  if (to === undefined) return [`at least ${from}${unit}`];
  return [from === undefined ? `at most ${to}${unit}` : `${from} to ${to}${unit}`];
}

export function boundsText(schema: Schema): string {
  const { enum: values, pattern, items, additionalProperties } = schema;
  const parts = [
    ...(Array.isArray(values) ? [values.map((value) => code(String(value))).join(', ')] : []),
    ...BETWEEN.flatMap((between) => range(schema, between)),
    ...(typeof pattern === 'string' ? [code(pattern)] : []),
  ];
  const inner = [items, additionalProperties].filter((one): one is Schema => typeof one === 'object' && one !== null);
  const each = inner.map((one) => boundsText(one)).filter((text) => text !== '');
  return [...parts, ...each.map((text) => `each ${text}`)].join('; ');
}
