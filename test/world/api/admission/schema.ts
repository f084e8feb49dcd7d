/**
 * A CRD's schema, read once into nodes that the walks over objects follow. What it says and no walk
 * obeys is an error.
 */
import type { Json } from './types';

export type ValueType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** As in a CRD's YAML. */
export type RawSchema = { readonly [keyword: string]: unknown };

export interface RawRule {
  readonly rule: string;
  readonly message?: string;
}

export interface SchemaNode {
  /** `['integer', 'string']` for int-or-string. */
  readonly types: readonly ValueType[];
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly required: readonly string[];
  /** Of an object whose keys are free, the schema of each value. */
  readonly values: SchemaNode | undefined;
  readonly items: SchemaNode | undefined;
  readonly byDefault: Json | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly pattern: { readonly source: string; readonly regex: RegExp } | undefined;
  readonly format: 'date-time' | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly maxProperties: number | undefined;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listKeys: readonly string[];
  readonly rules: readonly RawRule[];
  /** It, or something within, has such a thing: whole branches are left out where not. */
  readonly within: { readonly rules: boolean; readonly listTypes: boolean };
}

const OBEYED = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'default', 'enum', 'pattern', 'format'],
  ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'maxProperties', 'description', 'anyOf'],
  ...['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'],
  ...['x-kubernetes-int-or-string', 'x-kubernetes-validations'],
]);
/** The API server checks no other format of those we use: int32 and int64 say nothing to it. */
const FORMATS = new Set(['date-time', 'int32', 'int64', undefined]);

function refuseUnknown(raw: RawSchema, path: string): void {
  const strange = Object.keys(raw).filter((keyword) => !OBEYED.has(keyword));
  if (strange.length > 0) throw new TypeError(`${path}: the model does not know ${strange.join(', ')}`);
  if (!FORMATS.has(raw.format as string | undefined)) throw new TypeError(`${path}: format ${String(raw.format)}`);
  const intOrString = raw['x-kubernetes-int-or-string'] === true;
  if ((raw.anyOf !== undefined) !== intOrString) throw new TypeError(`${path}: anyOf is known of int-or-string only`);
  for (const rule of (raw['x-kubernetes-validations'] ?? []) as RawRule[]) {
    const more = Object.keys(rule).filter((key) => key !== 'rule' && key !== 'message');
    if (more.length > 0) throw new TypeError(`${path}: the model does not know ${more.join(', ')} of a rule`);
  }
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const typesOf = (raw: RawSchema): ValueType[] =>
  raw['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [raw.type as ValueType];

function patternOf(source: unknown): SchemaNode['pattern'] {
  return typeof source === 'string' ? { source, regex: new RegExp(source, 'u') } : undefined;
}

export function compileSchema(raw: RawSchema, path: string): SchemaNode {
  refuseUnknown(raw, path);
  const inner = (part: unknown, name: string): SchemaNode | undefined =>
    part === undefined ? undefined : compileSchema(part as RawSchema, `${path}${name}`);
  const properties = new Map(
    Object.entries((raw.properties ?? {}) as Record<string, RawSchema>).map(([name, part]) => [
      name,
      compileSchema(part, `${path}.${name}`),
    ]),
  );
  const values = inner(raw.additionalProperties, '{}');
  const items = inner(raw.items, '[]');
  const rules = (raw['x-kubernetes-validations'] ?? []) as RawRule[];
  const listType = raw['x-kubernetes-list-type'] as SchemaNode['listType'];
  const parts = [...properties.values(), values, items].filter((part) => part !== undefined);
  return {
    types: typesOf(raw),
    properties,
    required: (raw.required ?? []) as string[],
    values,
    items,
    byDefault: raw.default as Json | undefined,
    enum: raw.enum as Json[] | undefined,
    pattern: patternOf(raw.pattern),
    format: raw.format === 'date-time' ? 'date-time' : undefined,
    minimum: numberOf(raw.minimum),
    maximum: numberOf(raw.maximum),
    minLength: numberOf(raw.minLength),
    maxLength: numberOf(raw.maxLength),
    minItems: numberOf(raw.minItems),
    maxItems: numberOf(raw.maxItems),
    maxProperties: numberOf(raw.maxProperties),
    listType,
    listKeys: (raw['x-kubernetes-list-map-keys'] ?? []) as string[],
    rules,
    within: {
      rules: rules.length > 0 || parts.some(({ within }) => within.rules),
      listTypes: listType === 'set' || listType === 'map' || parts.some(({ within }) => within.listTypes),
    },
  };
}
