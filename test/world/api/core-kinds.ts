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

const policy = (kind: string, plural: string): ResourceType => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind,
  plural,
  namespaced: false,
});
export const CORE_POLICIES = policy('ValidatingAdmissionPolicy', 'validatingadmissionpolicies');
export const CORE_POLICY_BINDINGS = policy('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings');

export interface CoreKind {
  readonly type: ResourceType;
  readonly hasStatus: boolean;
  readonly isMadeByUpdate?: boolean;
  readonly needsVersion?: boolean;
  readonly blank?: object;
  /** Fields that have one owner as a whole. */
  readonly atomic?: readonly string[];
}

/** Of a Go struct, whose zeros are sent. */
export const NO_EVENT = {
  eventTime: null,
  firstTimestamp: null,
  lastTimestamp: null,
  reportingComponent: '',
  reportingInstance: '',
  source: {},
};

const upsert = { hasStatus: false, isMadeByUpdate: true };

export const CORE: readonly CoreKind[] = [
  { type: NAMESPACES, hasStatus: true, blank: { spec: {}, status: {} } },
  { type: SERVICEACCOUNTS, hasStatus: false },
  { type: EVENTS, ...upsert, atomic: ['involvedObject'], blank: NO_EVENT },
  { type: LEASES, ...upsert, needsVersion: true, blank: { spec: {} } },
  { type: ROLEBINDINGS, ...upsert, atomic: ['roleRef'] },
  { type: CORE_POLICIES, hasStatus: true },
  { type: CORE_POLICY_BINDINGS, hasStatus: false },
  { type: rbac('Role', 'roles', true), ...upsert },
  { type: rbac('ClusterRole', 'clusterroles', false), ...upsert },
  { type: rbac('ClusterRoleBinding', 'clusterrolebindings', false), ...upsert, atomic: ['roleRef'] },
];
