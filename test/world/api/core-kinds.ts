/** Kinds of Kubernetes itself that the product or its tests touch. */
import { EVENTS } from '../../../common/kube/events';
import { LEASES } from '../../../common/kube/lease';
import { NAMESPACES, ROLEBINDINGS, SERVICEACCOUNTS } from '../../../common/kube/resources';
import type { ResourceType } from '../../../common/kube/types';

const rbac = (kind: string, plural: string, namespaced: boolean): ResourceType => ({
  ...ROLEBINDINGS,
  kind,
  plural,
  namespaced,
});

export const CORE: readonly { readonly type: ResourceType; readonly hasStatus: boolean }[] = [
  { type: NAMESPACES, hasStatus: true },
  { type: SERVICEACCOUNTS, hasStatus: false },
  { type: EVENTS, hasStatus: false },
  { type: LEASES, hasStatus: false },
  { type: ROLEBINDINGS, hasStatus: false },
  { type: rbac('Role', 'roles', true), hasStatus: false },
  { type: rbac('ClusterRole', 'clusterroles', false), hasStatus: false },
  { type: rbac('ClusterRoleBinding', 'clusterrolebindings', false), hasStatus: false },
];
