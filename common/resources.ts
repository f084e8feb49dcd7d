/** Where each kind is found in the API. Pure data. */
import { GROUP, VERSION } from './names';

export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function ours(kind: string, plural: string, namespaced: boolean): ResourceType {
  return { group: GROUP, version: VERSION, plural, kind, namespaced };
}

export const XENVM = ours('XenVM', 'xenvms', true);
export const XENVMCLASS = ours('XenVMClass', 'xenvmclasses', false);
export const XENHOST = ours('XenHost', 'xenhosts', false);
export const XENAGENT = ours('XenAgent', 'xenagents', true);
export const XENDOMAIN = ours('XenDomain', 'xendomains', true);
export const XENNETWORK = ours('XenNetwork', 'xennetworks', false);
export const XENSTORAGEPOOL = ours('XenStoragePool', 'xenstoragepools', false);

export const NAMESPACE: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
export const SERVICEACCOUNT: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};
export const EVENT: ResourceType = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };
export const LEASE: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};
export const ROLEBINDING: ResourceType = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
};
