/** `kubectl explain` and docs/reference/api.md explain every field. */
import { deepEqual } from 'node:assert/strict';
import { loadCrds, type Schema } from '../../crds/generate';

/** What Kubernetes itself describes. */
const THEIRS = ['apiVersion', 'kind', 'metadata'];

function undescribed(schema: Schema, path: string): string[] {
  const { properties = {}, items, additionalProperties } = schema;
  const fields = Object.entries(properties).filter(([name]) => path !== '' || !THEIRS.includes(name));
  return [
    ...fields.flatMap(([name, field]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return [...(isText(field.description) ? [] : [at]), ...undescribed(field, at)];
    }),
    ...inside(items, `${path}[]`),
    ...inside(additionalProperties, `${path}{}`),
  ];
}

const inside = (schema: unknown, path: string): string[] =>
  typeof schema === 'object' && schema !== null ? undescribed(schema as Schema, path) : [];

const isText = (value: unknown): boolean => typeof value === 'string' && /\S/.test(value);

describe('descriptions of fields', () => {
  for (const { spec } of loadCrds())
    it(`${spec.names.kind}: every field has one`, () => {
      const missing = spec.versions.flatMap(({ schema }) => undescribed(schema.openAPIV3Schema, ''));
      deepEqual(missing, [], 'write a description in crds/, then run make generate');
    });

  it('one that is left out would be noticed', () =>
    deepEqual(undescribed({ properties: { a: { items: { properties: { b: {} } } }, c: { description: 'C' } } }, ''), [
      'a',
      'a[].b',
    ]));
});
