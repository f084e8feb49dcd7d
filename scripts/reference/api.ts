/** docs/reference/api.md: every field of every kind, from the schemas of the CRDs. */
import { loadCrds, type Schema } from '../../crds/generate';
import { code, heading, prose, table } from './markdown';
import { boundsText, typeText } from './schema-text';

type Crd = ReturnType<typeof loadCrds>[number];

interface Names {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
}

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

const schemaOf = (crd: Crd): Schema => crd.spec.versions[0]?.schema.openAPIV3Schema as Schema;

/** Depth first, in the order of the schema; a list is told as `name[]`, a map as `name{}`. */
function fieldsIn(schema: Schema, at: string): Field[] {
  const { properties = {}, required = [], items, additionalProperties } = schema;
  const own = Object.entries(properties).flatMap(([name, inner]) => {
    const path = at === '' ? name : `${at}.${name}`;
    return [{ path, schema: inner, isRequired: required.includes(name) }, ...fieldsIn(inner, path)];
  });
  if (typeof items === 'object') own.push(...fieldsIn(items as Schema, `${at}[]`));
  if (typeof additionalProperties === 'object') own.push(...fieldsIn(additionalProperties as Schema, `${at}{}`));
  return own;
}

function fieldsOf(crd: Crd): Field[] {
  const { spec, status } = schemaOf(crd).properties ?? {};
  return fieldsIn({ properties: { ...(spec && { spec }), ...(status && { status }) }, required: ['spec'] }, '');
}

function row({ path, schema, isRequired }: Field): string[] {
  const { default: fallback, description = '' } = schema;
  const shown = fallback === undefined ? (isRequired ? 'required' : '') : code(JSON.stringify(fallback));
  return [code(path), typeText(schema), shown, boundsText(schema), description as string];
}

/** What the API server refuses beyond types and bounds, in its own words. */
function rulesOf(path: string, schema: Schema): string[] {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly { readonly message: string }[];
  return rules.map(({ message }) => `- ${path === '' ? '' : `${code(path)}: `}${prose(message)}`);
}

function section(crd: Crd): string {
  const { kind, plural, shortNames = [] } = crd.spec.names as Names;
  const { description = '' } = schemaOf(crd);
  const fields = fieldsOf(crd);
  const rules = [...rulesOf('', schemaOf(crd)), ...fields.flatMap(({ path, schema }) => rulesOf(path, schema))];
  const names = [plural, ...shortNames].map(code).join(', ');
  const told = rules.length === 0 ? '' : `\nRefused by the API server:\n\n${rules.join('\n')}\n`;
  return `## ${kind}

${description as string} ${crd.spec.scope === 'Cluster' ? 'Cluster-scoped' : 'Namespaced'}; ${names}.

${table(['field', 'type', 'default', 'bounds', 'description'], fields.map(row))}
${told}`;
}

const INTRO = `
API version \`xenfleet.io/v1alpha1\`. \`kubectl explain\` shows the same. A field that is neither required nor has a default may be left out.
Lists are written \`name[]\`, maps \`name{}\`. docs/architecture.md says who writes what.
`.replace('docs/architecture.md', '[docs/architecture.md](../architecture.md)');

export function apiPage(): string {
  return `${heading('API', 'crds/*.yaml')}${INTRO}\n${loadCrds().map(section).join('\n')}`;
}
