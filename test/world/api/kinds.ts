/** The kinds that the model serves: ours from crds/*.yaml, and those of Kubernetes that we touch. */
import { loadCrds } from '../../../crds/generate';
import { CORE } from './core-kinds';
import type { ResourceType } from '../../../common/kube/types';
import { METADATA, UNTYPED, typeOf } from './typed';
import type { TypeNode } from './typed';

export interface Kind {
  readonly type: ResourceType;
  readonly hasStatus: boolean;
  /** Of a CRD: generations are counted, and an update needs a resourceVersion. */
  readonly isCustom: boolean;
  readonly schema: TypeNode;
}

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
        schema: { ...schema, fields: { ...schema.fields, metadata: METADATA } },
      };
    }),
  );

export const kindsOf = (): Kind[] => [
  ...customKinds(),
  ...CORE.map(({ type, hasStatus }) => ({
    type,
    hasStatus,
    isCustom: false,
    schema: { ...UNTYPED, fields: { metadata: METADATA } },
  })),
];
