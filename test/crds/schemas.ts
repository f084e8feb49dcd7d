/** Walks over the CRDs' schemas, by paths such as `XenVM.spec.disks[].name`. */
import { loadCrds, objectSchema, type Schema } from '../../crds/generate';

/** Every schema within, by its path. `raw` keeps what only the API server reads. */
export function schemasIn(path: string, schema: Schema): [path: string, schema: Schema][] {
  const { properties = {}, items, additionalProperties } = schema;
  const inner = Object.entries(properties).flatMap(([name, part]) => schemasIn(`${path}.${name}`, part));
  const each = items === undefined ? [] : schemasIn(`${path}[]`, items as Schema);
  const values = typeof additionalProperties === 'object' ? schemasIn(`${path}{}`, additionalProperties as Schema) : [];
  return [[path, schema], ...inner, ...each, ...values];
}

const kinds = loadCrds().map((crd) => ({ kind: crd.spec.names.kind, crd }));

/** As the API server sees them. */
export const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  kinds.flatMap(({ kind, crd }) => {
    const { spec, status } = crd.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
    return [...(spec ? schemasIn(`${kind}.spec`, spec) : []), ...(status ? schemasIn(`${kind}.status`, status) : [])];
  }),
);

export function schemaOf(path: string): Schema {
  const found = SCHEMAS.get(path);
  if (found === undefined) throw new RangeError(`no field ${path}`);
  return found;
}

/** As ajv takes it. */
export function statusSchema(kind: string): object {
  const found = kinds.find((one) => one.kind === kind);
  return (found && objectSchema(found.crd).properties?.status) ?? {};
}
