/**
 * Makes crds/generated from the CRD YAML: types.ts for the compiler, resources.ts (where each kind
 * is in the API), validators.js (ajv, precompiled) for the edges. CEL rules are the API server's;
 * what ajv checks is the structural part.
 */
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone';
import { parse } from 'yaml';

interface Crd {
  spec: {
    scope: string;
    names: { kind: string; plural: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}
export type Schema = { [key: string]: unknown; properties?: Record<string, Schema>; required?: string[] };

const FOLDER = __dirname;
const HEADER = '// Generated from crds/*.yaml by `npm run generate`. Do not edit.\n';

export function loadCrds(): Crd[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => parse(readFileSync(join(FOLDER, file), 'utf8'), { version: '1.1', merge: true }) as Crd);
}

/** The schema without what only the API server reads; objects are closed, as pruning makes them. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const out: Schema = {};
  for (const [key, value] of Object.entries(schema as Schema)) {
    if (key.startsWith('x-kubernetes-') || key === 'default') continue;
    // What bounds the text of an int-or-string is the API server's; ajv in strict mode refuses it
    // there.
    if (['maxLength', 'pattern'].includes(key) && (schema as Schema)['x-kubernetes-int-or-string'] === true) continue;
    out[key] =
      key === 'properties' && typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
        : plain(value);
  }
  if (out.type === 'object' && out.properties && out.additionalProperties === undefined) {
    out.additionalProperties = false;
  }
  return out;
}

/** Spec and status as ajv and the compiler see them. */
export function objectSchema(crd: Crd): Schema {
  const schema = plain(crd.spec.versions[0]?.schema.openAPIV3Schema) as Schema;
  const { spec, status } = schema.properties ?? {};
  return {
    type: 'object',
    properties: { ...(spec && { spec }), ...(status && { status }) },
    additionalProperties: false,
  };
}

async function typesOf(crd: Crd): Promise<string> {
  const { kind } = crd.spec.names;
  const parts = objectSchema(crd).properties ?? {};
  const blocks: string[] = [];
  for (const [part, schema] of Object.entries(parts)) {
    const name = `${kind}${part === 'spec' ? 'Spec' : 'Status'}`;
    const titled = { ...schema, title: name } as JSONSchema;
    blocks.push(await compile(titled, name, { bannerComment: '', ignoreMinAndMaxItems: true }));
  }
  const status = parts.status ? `\n  status?: ${kind}Status;` : '';
  blocks.push(
    `export interface ${kind} {\n  apiVersion: '${API_VERSION}';\n  kind: '${kind}';\n  metadata: ObjectMeta;\n  spec: ${kind}Spec;${status}\n}\n`,
  );
  return blocks.join('\n');
}

const API_VERSION = 'xenfleet.io/v1alpha1';
const META = `
/** What this project reads of Kubernetes' ObjectMeta. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
`;

export async function generateTypes(): Promise<string> {
  const bodies: string[] = [];
  for (const crd of loadCrds()) bodies.push(await typesOf(crd));
  return HEADER + META + bodies.join('\n');
}

const RESOURCES = `import type * as types from './types';

/** Where objects of type T are in the API; ResourceType of common/kube has this shape. */
export interface Resource<T> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly _object?: T;
}

`;

/** What code calls a set of them: vms, vmClasses, storagePools. */
function nameOfMany(kind: string, plural: string): string {
  const name = kind.slice('Xen'.length) + plural.slice(kind.length);
  return name.replace(/^(VM|[A-Z])/, (start) => start.toLowerCase());
}

/** Where each kind is: XENVMS, XENHOSTS, …; so nobody repeats a plural or a scope. */
export function generateResources(): string {
  const [group = '', version = ''] = API_VERSION.split('/');
  const kinds = loadCrds().map(({ spec: { names, scope } }) => ({ ...names, namespaced: scope === 'Namespaced' }));
  const types = kinds.map(({ kind, plural, namespaced }) => {
    const where = { group, version, plural, kind, namespaced };
    return `export const ${plural.toUpperCase()}: Resource<types.${kind}> = ${JSON.stringify(where)};\n`;
  });
  const all = kinds.map(({ kind, plural }) => `  ${nameOfMany(kind, plural)}: ${plural.toUpperCase()},\n`);
  return `${HEADER}${RESOURCES}${types.join('')}\n/** All of them. */\nexport const OURS = {\n${all.join('')}};\n`;
}

/** Words for humans make the precompiled code twice as long. */
function withoutDescriptions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => !(key === 'description' && typeof value === 'string'),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutDescriptions(value)]));
}

/** One validator per spec: validateXenVMSpec, validateXenDomainSpec, … */
export function generateValidators(): { js: string; dts: string } {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, code: { source: true, esm: false } });
  for (const format of ['int32', 'int64', 'date-time']) ajv.addFormat(format, true);
  const names: Record<string, string> = {};
  for (const crd of loadCrds()) {
    for (const [part, schema] of Object.entries(objectSchema(crd).properties ?? {})) {
      if (part !== 'spec') continue;
      const name = `${crd.spec.names.kind}Spec`;
      ajv.addSchema(withoutDescriptions(schema) as object, name);
      names[`validate${name}`] = name;
    }
  }
  const js = HEADER + standaloneCode(ajv, names);
  const dts =
    HEADER +
    `import type { ErrorObject } from 'ajv';\nimport type * as types from './types';\n` +
    `export interface Validator<T> { (value: unknown): value is T; errors?: ErrorObject[] | null; }\n` +
    Object.entries(names)
      .map(([fn, type]) => `export declare const ${fn}: Validator<types.${type}>;\n`)
      .join('');
  return { js, dts };
}

interface Bounds {
  text?: number;
  least?: number;
  most?: number;
  each?: Bounds;
  fields?: Record<string, Bounds>;
}

function boundsOf(schema: Schema): Bounds {
  const { maxLength, minimum, maximum, items, properties = {} } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties)
      .map(([name, inner]) => [name, boundsOf(inner)] as const)
      .filter(([, inner]) => Object.keys(inner).length > 0),
  );
  const each = items === undefined ? {} : boundsOf(items as Schema);
  return {
    ...(typeof maxLength === 'number' && { text: maxLength }),
    ...(typeof minimum === 'number' && { least: minimum }),
    ...(typeof maximum === 'number' && { most: maximum }),
    ...(Object.keys(each).length > 0 && { each }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

const BOUNDS = `
/** The longest text and the bounds of a number that a schema admits, here, in each item and in each field. */
export interface Bounds {
  readonly text?: number;
  readonly least?: number;
  readonly most?: number;
  readonly each?: Bounds;
  readonly fields?: Readonly<Record<string, Bounds>>;
}
`;

/**
 * What the statuses that agents write may hold, so that none is refused for its size:
 * xenAgentStatusBounds, …
 */
export function generateBounds(): string {
  const blocks = loadCrds()
    .filter(({ spec }) => ['XenAgent', 'XenDomain'].includes(spec.names.kind))
    .map((crd) => {
      const bounds = boundsOf(objectSchema(crd).properties?.status ?? {});
      const name = `xen${crd.spec.names.kind.slice(3)}StatusBounds`;
      return `export const ${name}: Bounds = ${JSON.stringify(bounds, null, 2)};\n`;
    });
  return HEADER + BOUNDS + '\n' + blocks.join('\n');
}

async function main(): Promise<void> {
  const out = join(FOLDER, 'generated');
  mkdirSync(out, { recursive: true });
  const { js, dts } = generateValidators();
  writeFileSync(join(out, 'types.ts'), await generateTypes());
  writeFileSync(join(out, 'resources.ts'), generateResources());
  writeFileSync(join(out, 'bounds.ts'), generateBounds());
  writeFileSync(join(out, 'validators.js'), js);
  writeFileSync(join(out, 'validators.d.ts'), dts);
}

if (require.main === module) void main();
