/** Where each kind is found in the API, with the type of its objects; ours as crds/ says. */
import type { KubeObject, ResourceType } from './types';

export * from '../../crds/generated/resources';

function core<T extends KubeObject>(kind: string, plural: string, namespaced: boolean): ResourceType<T> {
  return { group: '', version: 'v1', plural, kind, namespaced };
}

export interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: string };
}

export interface RoleBinding extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

export const NAMESPACES = core<Namespace>('Namespace', 'namespaces', false);
export const SERVICEACCOUNTS = core<KubeObject>('ServiceAccount', 'serviceaccounts', true);
export const ROLEBINDINGS: ResourceType<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
};
