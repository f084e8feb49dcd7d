/**
 * The kinds that the model serves: ours from crds/*.yaml, and those of Kubernetes that we touch.
 */
import { loadCrds } from '../../../crds/generate';
import { CORE, type CoreKind } from './core-kinds';
import type { ResourceType } from '../../../common/kube/types';
import { METADATA, UNTYPED, typeOf } from './typed';
import type { TypeNode } from './typed';

export interface Kind {
  readonly type: ResourceType;
  readonly hasStatus: boolean;
  /** Of a CRD: generations are counted, and the schema is known. */
  readonly isCustom: boolean;
  readonly schema: TypeNode;
  /** An update of what is not there makes it. */
  readonly isMadeByUpdate: boolean;
  /** An update must name the version that it replaces. */
  readonly needsVersion: boolean;
  /** Status and the like that a Go struct has even where nothing was sent. */
  readonly blank: object;
  /** Paths of fields beside the name that field selectors may name. */
  readonly selectable: readonly string[];
}

const selectableOf = ({ selectableFields = [] }: { selectableFields?: readonly { jsonPath: string }[] }): string[] =>
  selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, ''));

const customKinds = (): Kind[] =>
  loadCrds().flatMap(({ spec }) =>
    spec.versions.map((version) => {
      const { group, names, scope } = spec as typeof spec & { group: string };
      const { kind, plural } = names;
      const schema = typeOf(version.schema.openAPIV3Schema);
      return {
        type: { group, version: version.name, plural, kind, namespaced: scope === 'Namespaced' },
        hasStatus: 'subresources' in version && 'status' in (version.subresources as object),
        isCustom: true,
        schema: { ...schema, fields: { ...schema.fields, apiVersion: UNTYPED, kind: UNTYPED, metadata: METADATA } },
        isMadeByUpdate: false,
        needsVersion: true,
        blank: {},
        selectable: selectableOf(version as { selectableFields?: readonly { jsonPath: string }[] }),
      };
    }),
  );

const atomicFields = ({ atomic = [] }: CoreKind): Record<string, TypeNode> =>
  Object.fromEntries(atomic.map((name) => [name, { ...UNTYPED, isAtomic: true }]));

const allKinds = (): Kind[] => [
  ...customKinds(),
  ...CORE.map((one) => ({
    needsVersion: false,
    isMadeByUpdate: false,
    blank: {},
    ...one,
    selectable: [],
    isCustom: false,
    schema: { ...UNTYPED, fields: { metadata: METADATA, ...atomicFields(one) } },
  })),
];

let known: readonly Kind[] | undefined;

/** Read once: CRDs are the same in every life. */
export const kindsOf = (): readonly Kind[] => (known ??= allKinds());
