/** Where each kind is found in the API, with the type of its objects. */
import type {
  XenAgent,
  XenDomain,
  XenHost,
  XenNetwork,
  XenPool,
  XenStoragePool,
  XenVM,
  XenVMClass,
} from '../../crds/generated/types';
import { GROUP, VERSION } from '../names';
import type { KubeObject, ResourceType } from './types';

function ours<T extends KubeObject>(kind: string, plural: string, namespaced: boolean): ResourceType<T> {
  return { group: GROUP, version: VERSION, plural, kind, namespaced };
}

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

export const XENVMS = ours<XenVM>('XenVM', 'xenvms', true);
export const XENVMCLASSES = ours<XenVMClass>('XenVMClass', 'xenvmclasses', false);
export const XENHOSTS = ours<XenHost>('XenHost', 'xenhosts', false);
export const XENPOOLS = ours<XenPool>('XenPool', 'xenpools', false);
export const XENAGENTS = ours<XenAgent>('XenAgent', 'xenagents', true);
export const XENDOMAINS = ours<XenDomain>('XenDomain', 'xendomains', true);
export const XENNETWORKS = ours<XenNetwork>('XenNetwork', 'xennetworks', false);
export const XENSTORAGEPOOLS = ours<XenStoragePool>('XenStoragePool', 'xenstoragepools', false);

export const NAMESPACES = core<Namespace>('Namespace', 'namespaces', false);
export const SERVICEACCOUNTS = core<KubeObject>('ServiceAccount', 'serviceaccounts', true);
export const ROLEBINDINGS: ResourceType<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
};
